import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { type Served, servePortico } from "../../testing/portico.ts";
import { assertProblem, parseAnswers } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import { openSocket } from "../../testing/raw-socket.ts";
import type { Scope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";
/** What proves that the other end speaks WebSocket (RFC 6455, section 4.2.2). */
const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

/**
 * A backend that takes upgrades of `/chat` and sends back what it gets, refuses those of others with 401, and answers requests with 200, but
 * those of `GET /chat` never.
 */
async function startChat(scope: Scope): Promise<string> {
  const server = createServer((request, response) =>
    request.url === "/chat" && request.method === "GET" ? undefined : response.end("no upgrade"),
  );
  server.on("upgrade", (request, socket) => {
    socket.on("error", () => undefined);
    scope.after(async () => {
      socket.destroy();
    });
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
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

async function serveChat(scope: Scope): Promise<Served> {
  const document = {
    openapi: "3.1.0",
    info: { title: "Chat", version: "1" },
    servers: [{ url: await startChat(scope) }],
    paths: {
      "/chat": { get: { operationId: "chat", "x-portico": { webSocket: true, timeout: "500ms" } }, post: { operationId: "say" } },
      "/refused": { get: { operationId: "refused", "x-portico": { webSocket: true } } },
      "/pets": { get: { operationId: "list" } },
    },
  };
  return servePortico(scope, { "chat.json": JSON.stringify(document) });
}

/** Asks for an upgrade on a connection of its own. */
async function upgrade({ port }: Served, line: string, protocol = "websocket") {
  const { socket, text } = await openSocket(port);
  socket.write(
    `${line} HTTP/1.1\r\nHost: chat.test\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await until("an answer", () => text().includes("\r\n\r\n"));
  return { socket, text };
}

describe("a WebSocket", { timeout: 60_000 }, () => {
  it("goes through where the operation says so: both ways, for as long as both want, whatever the time for an answer", async (t) => {
    const { socket, text } = await upgrade(await serveChat(t), "GET /chat");
    t.after(() => socket.destroy());
    assert.match(text(), /^HTTP\/1\.1 101 Switching Protocols\r\n/);
    assert.match(text(), new RegExp(`^sec-websocket-accept: ${accept.replaceAll("+", "\\+")}\r$`, "im"));
    const began = performance.now();
    await until("the time for an answer is over", () => performance.now() - began > 1000);
    for (const words of ["hello", "x".repeat(100_000), "bye"]) {
      const before = text().length;
      socket.write(words);
      await until("the words come back", () => text().length === before + words.length);
      assert.equal(text().slice(before), words);
    }
    socket.end();
    await until("the end comes back", () => socket.closed);
  });

  it("is refused where no operation says so, whatever the method, and so is any other upgrade", async (t) => {
    const gateway = await serveChat(t);
    for (const [line, protocol] of [
      ["GET /pets", "websocket"],
      ["POST /chat", "websocket"],
      ["GET /chat", "something-else"],
    ] as const) {
      const { socket, text } = await upgrade(gateway, line, protocol);
      socket.destroy();
      const [answer] = parseAnswers(text());
      assert.ok(answer !== undefined);
      assertProblem(answer, "403 upgrade-refused");
    }
    const { socket, text } = await upgrade(gateway, "GET /nothing");
    socket.destroy();
    assert.match(text(), /^HTTP\/1\.1 40[34] /);
  });

  it("that the backend refuses is refused as the backend did; without an upgrade the operation is a plain one", async (t) => {
    const gateway = await serveChat(t);
    const { socket, text } = await upgrade(gateway, "GET /refused");
    t.after(() => socket.destroy());
    await until("the whole answer", () => text().endsWith("who"));
    assert.match(text(), /^HTTP\/1\.1 401 Unauthorized\r\n(.*\r\n)*x-own: yes\r\n/);
    const [quick, slow] = [await send(gateway.port, { send: "POST /chat" }), await send(gateway.port, { send: "GET /chat" })];
    assert.deepEqual([quick.status, quick.body], [200, "no upgrade"]);
    assertProblem(slow, "504 backend-timeout");
  });
});
