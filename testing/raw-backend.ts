import { createServer, type Socket } from "node:net";
import type { Scope } from "./scope.ts";

/** What a backend does with the first bytes of a connection; `text` is what came. */
export type Treat = (socket: Socket, text: string) => void;

/** A backend that does as it likes with each connection: for what no HTTP server would do. Its port; it is gone when the scope ends. */
export async function startRawBackend(scope: Scope, treat: Treat): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // The other end may break off as it likes.
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.once("data", (bytes) => treat(socket, bytes.toString("latin1")));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  scope.after(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
