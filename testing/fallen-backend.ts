import { createServer, type Server, type Socket } from "node:net";
import type { Scope } from "./scope.ts";

/** What becomes of a connection: something of one's own, or a server has it. */
export type Fall = Server | ((socket: Socket) => void);

export interface FallenBackend {
  readonly port: number;
  /** Connections so far. */
  connections(): number;
  /** From now on each new connection is the good server's. */
  recover(): void;
}

/** A backend that does to each new connection as it is told, until it is well: it is one port all the time. It begins fallen. */
export async function fallenBackend(scope: Scope, fall: Fall, well: Server): Promise<FallenBackend> {
  let now: Fall = fall;
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    count++;
    sockets.add(socket);
    // The other end may break off as it likes.
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    if (typeof now === "function") now(socket);
    else now.emit("connection", socket);
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
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    connections: () => count,
    recover: () => {
      now = well;
    },
  };
}
