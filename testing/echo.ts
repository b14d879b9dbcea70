import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

// A backend that answers with what it received. Tests on this machine start it in their own process (backend.ts); as an image of the test cluster it is
// this one file, run by itself, so it imports nothing but Node's own.

/** What a backend received of one request, which is also what it answers with, as JSON. */
export interface Received {
  readonly method: string;
  /** As it stood in the request line, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Reads a request to its end. */
export async function receive(request: IncomingMessage): Promise<Received> {
  const { method = "", url = "", headers } = request;
  return { method, path: url, headers, body: await text(request) };
}

/** Answers 200 with what was received. */
export function echo(received: Received, response: ServerResponse): void {
  response.setHeader("content-type", "application/json").end(JSON.stringify(received));
}

if (import.meta.main) {
  const { HOST = "127.0.0.1", PORT = "8080" } = process.env;
  const server = createServer((request, response) => {
    receive(request).then(
      (received) => {
        process.stdout.write(`${received.method} ${received.path}\n`);
        echo(received, response);
      },
      () => response.destroy(),
    );
  });
  server.listen(Number(PORT), HOST, () => process.stdout.write(`listening on ${HOST}:${PORT}\n`));
  process.once("SIGTERM", () => {
    server.close();
    server.closeIdleConnections();
  });
}
