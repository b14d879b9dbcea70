import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { echo, type Received, receive } from "./echo.ts";
import type { Scope } from "./scope.ts";

export interface Backend {
  readonly url: string;
  readonly port: number;
  /** Every request so far, in the order in which they were complete. */
  readonly received: readonly Received[];
}

/** A certificate with its private key, in PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Writes the answer to a request; the default one echoes the request with status 200. */
export type Respond = (received: Received, response: ServerResponse) => void;

/**
 * A real HTTP/1.1 server on a free loopback port that remembers what it receives; with TLS where it is given a certificate, which is then
 * for `localhost`. It is gone when the scope ends.
 */
export async function startBackend(scope: Scope, respond: Respond = echo, certificate?: Certificate): Promise<Backend> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    receive(request).then(
      (whole) => {
        received.push(whole);
        respond(whole, response);
      },
      () => response.destroy(),
    );
  };
  // Idle connections stay: if this end closed them, a request that a gateway sends just then would fail.
  const options = { keepAliveTimeout: 0 };
  const server = certificate ? createTlsServer({ ...options, ...certificate }, listener) : createServer(options, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  scope.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: certificate ? `https://localhost:${port}` : `http://127.0.0.1:${port}`, port, received };
}
