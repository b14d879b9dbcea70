import { createServer, type RequestListener } from "node:http";
import { freePort } from "./free-port.ts";
import type { Scope } from "./scope.ts";

/** Serves HTTP on a loopback port, a free one where none is named, while a test runs: the port. */
export async function serveHttp(scope: Scope, listener: RequestListener, named?: number): Promise<number> {
  const server = createServer(listener);
  const port = named ?? (await freePort());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return port;
}
