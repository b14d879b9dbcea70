import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Scope } from "./scope.ts";

/** What a backend received of one request, which is also what it answers with, as JSON. */
interface Received {
  readonly method: string;
  /** As it stood in the request line, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Backend {
  readonly url: string;
  readonly port: number;
  /** Every request so far, in the order in which they were complete. */
  readonly received: readonly Received[];
}

/** Writes the answer to a request; the default one echoes the request with status 200. */
export type Respond = (received: Received, response: ServerResponse) => void;

const echo: Respond = (received, response) => {
  response.setHeader("content-type", "application/json").end(JSON.stringify(received));
};

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

async function receive(request: IncomingMessage): Promise<Received> {
  const { method = "", url = "", headers } = request;
  return { method, path: url, headers, body: await text(request) };
}
