import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Served, servePortico } from "../../testing/portico.ts";
import { assertProblem, parseAnswers } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import type { Scope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { accept, startChat, upgrade } from "../../testing/web-socket.ts";

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
