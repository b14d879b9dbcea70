import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { until } from "./until.ts";

/** Sends bytes on a connection of its own and reads until the other end closes it: for requests that no HTTP client sends. */
export async function sendBytes(port: number, bytes: string | Buffer): Promise<string> {
  const { socket, text } = await openSocket(port);
  socket.write(bytes);
  await until("the gateway closes the connection", () => socket.closed, 15_000);
  return text();
}

/** A connection to a loopback port, and the text that has come over it so far. */
export async function openSocket(port: number): Promise<{ readonly socket: Socket; text(): string }> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text) => {
    received += text;
  });
  await once(socket, "connect");
  // A reset is an end as well: what came before it counts.
  socket.on("error", () => undefined);
  return { socket, text: () => received };
}
