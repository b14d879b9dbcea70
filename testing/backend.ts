import { createServer, type ServerResponse } from "node:http";
import { echo, type Received, receive } from "./echo.ts";
import type { Scope } from "./scope.ts";

export interface Backend {
  readonly url: string;
  readonly port: number;
  /** Every request so far, in the order in which they were complete. */
  readonly received: readonly Received[];
}

/** Writes the answer to a request; the default one echoes the request with status 200. */
export type Respond = (received: Received, response: ServerResponse) => void;

/** A real HTTP/1.1 server on a free loopback port that remembers what it receives. It is gone when the scope ends. */
export async function startBackend(scope: Scope, respond: Respond = echo): Promise<Backend> {
  const received: Received[] = [];
  // Idle connections stay: if this end closed them, a request that a gateway sends just then would fail.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    receive(request).then(
      (whole) => {
        received.push(whole);
        respond(whole, response);
      },
      () => response.destroy(),
    );
  });
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
  return { url: `http://127.0.0.1:${port}`, port, received };
}
