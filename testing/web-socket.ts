import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { openSocket } from "./raw-socket.ts";
import type { Scope } from "./scope.ts";
import { until } from "./until.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";
/** What proves that the other end speaks WebSocket (RFC 6455, section 4.2.2). */
export const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

/**
 * A backend that takes upgrades of `/chat` and sends back what it gets, refuses those of others with 401, and answers requests with 200, but
 * those of `GET /chat` never.
 */
export async function startChat(scope: Scope): Promise<string> {
  const server = createServer((request, response) =>
    request.url === "/chat" && request.method === "GET" ? undefined : response.end("no upgrade"),
  );
  const upgraded: Duplex[] = [];
  server.on("upgrade", (request, socket) => {
    socket.on("error", () => undefined);
    upgraded.push(socket);
    if (request.url !== "/chat") return socket.end("HTTP/1.1 401 Unauthorized\r\nx-own: yes\r\ncontent-length: 3\r\n\r\nwho");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    return socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.after(
    () =>
      new Promise((resolve) => {
        for (const socket of upgraded) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** Asks for an upgrade on a connection of its own. */
export async function upgrade(
  { port }: { readonly port: number },
  line: string,
  protocol = "websocket",
  headers: Readonly<Record<string, string>> = {},
) {
  const { socket, text } = await openSocket(port);
  const more = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  socket.write(
    `${line} HTTP/1.1\r\nHost: chat.test\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${more}\r\n`,
  );
  await until("an answer", () => text().includes("\r\n\r\n"));
  return { socket, text };
}
