import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import type { MockSource } from "../openapi/mock/replies.ts";
import { testSource } from "../openapi/mock/test-document.ts";
import { type MockBackend, type MockLookup, startMockBackend } from "./mock-backend.ts";

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const greeting = (word: string): MockSource =>
  testSource({
    200: { content: { "text/plain": { example: word }, "text/html": { example: `<p>${word}` } } },
    404: { content: { "text/plain": { example: "gone" } } },
    204: {},
  });

/** Answers for the operations hello and größe of the API pets. */
const lookup: MockLookup = (api, operation) =>
  api === "pets" && ["hello", "gr\u00f6\u00dfe", "GET /a%20b"].includes(operation) ? greeting("hello") : undefined;

async function start(t: TestContext, first: MockLookup = lookup, path?: string): Promise<MockBackend> {
  const started = await startMockBackend(first, path);
  assert.ok(started.ok);
  t.after(() => started.value.close());
  return started.value;
}

interface Asked {
  readonly operation?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: Buffer;
  readonly agent?: Agent;
}

function ask({ address }: MockBackend, { operation = "hello", headers = {}, method = "GET", body, agent }: Asked = {}): Promise<Answer> {
  const where = "path" in address ? { socketPath: address.path } : address;
  return new Promise((resolve, reject) => {
    const sent = request({
      ...where,
      method,
      ...(agent === undefined ? {} : { agent }),
      headers: { "portico-api": "pets", "portico-operation": operation, ...headers },
    });
    sent.once("error", reject).once("response", (answer) => {
      text(answer).then((whole) => resolve({ status: answer.statusCode, headers: answer.headers, body: whole }), reject);
    });
    sent.end(body);
  });
}

describe("the mock backend", { timeout: 20_000 }, () => {
  it("answers with the operation that the gateway names", async (t) => {
    const { status, headers, body } = await ask(await start(t));
    assert.deepEqual([status, headers["content-type"], headers["content-length"], body], [200, "text/plain", "5", "hello"]);
  });

  it("answers as Prefer and Accept wish, on several lines too", async (t) => {
    const backend = await start(t);
    assert.equal((await ask(backend, { headers: { accept: "text/html" } })).body, "<p>hello");
    const { status, headers, body } = await ask(backend, { headers: { prefer: "code=404" } });
    assert.deepEqual([status, headers["preference-applied"], body], [404, "code=404", "gone"]);
    assert.equal((await ask(backend, { headers: { accept: "image/png" } })).status, 406);
  });

  it("knows operations whose names are percent-encoded, and those that only look like it", async (t) => {
    const backend = await start(t);
    assert.equal((await ask(backend, { operation: encodeURIComponent("gr\u00f6\u00dfe") })).status, 200);
    assert.equal((await ask(backend, { operation: "GET /a%20b" })).status, 200);
    assert.equal((await ask(backend, { operation: "%E0%A4%A" })).status, 404);
  });

  it("answers 404 as a problem for an operation that is not there", async (t) => {
    const { status, headers } = await ask(await start(t), { operation: "goodbye" });
    assert.deepEqual([status, headers["content-type"]], [404, "application/problem+json"]);
  });

  it("answers HEAD with the length of the body and without it", async (t) => {
    const { status, headers, body } = await ask(await start(t), { method: "HEAD" });
    assert.deepEqual([status, headers["content-length"], body], [200, "5", ""]);
  });

  it("answers 204 without a body and without a length", async (t) => {
    const { status, headers, body } = await ask(await start(t), { headers: { prefer: "code=204" } });
    assert.deepEqual([status, headers["content-length"], body], [204, undefined, ""]);
  });

  it("lets large bodies pass by and keeps the connection", async (t) => {
    const backend = await start(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const sockets = new Set<unknown>();
    agent.on("free", (socket) => sockets.add(socket));
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await ask(backend, { method: "POST", body: Buffer.alloc(8 * 1_024 * 1_024), agent })).status, 200);
    }
    assert.equal(sockets.size, 1);
  });

  it("answers from the new document after a reload, on the same address", async (t) => {
    const backend = await start(t);
    backend.replace(() => greeting("goodbye"));
    assert.equal((await ask(backend)).body, "goodbye");
  });

  it("answers 500 as a problem when it fails itself, and goes on", async (t) => {
    let calls = 0;
    const backend = await start(t, () => {
      calls += 1;
      if (calls === 1) throw new Error("broken");
      return greeting("hello");
    });
    const { status, headers } = await ask(backend);
    assert.deepEqual([status, headers["content-type"]], [500, "application/problem+json"]);
    assert.equal((await ask(backend)).status, 200);
  });

  it("outlives header fields beyond its bound, broken requests and clients that leave", async (t) => {
    const backend = await start(t);
    assert.equal((await ask(backend, { headers: { prefer: "x".repeat(120_000) } })).status, 431);
    assert.equal((await ask(backend, { headers: { prefer: "x=y,".repeat(20_000), accept: "a" } })).status, 200);
    for (const bytes of ["\u0000\u0001 nonsense\r\n\r\n", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nfew"])
      await sendAndLeave(backend, bytes);
    assert.equal((await ask(backend)).status, 200);
  });

  it("listens on a Unix socket when it is given a path", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "portico-mock-"));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, "mock.sock");
    const backend = await start(t, lookup, path);
    assert.deepEqual(backend.address, { path });
    assert.equal((await ask(backend)).body, "hello");
  });

  it("says what prevents it from listening", async () => {
    const started = await startMockBackend(lookup, join(tmpdir(), "no-such-folder", "mock.sock"));
    assert.ok(!started.ok);
    assert.deepEqual(
      started.problems.map(({ reason }) => reason),
      ["MockBackendFailed"],
    );
  });

  it("ends its connections when it is closed", async () => {
    const started = await startMockBackend(lookup);
    assert.ok(started.ok);
    const agent = new Agent({ keepAlive: true });
    await ask(started.value, { agent });
    await started.value.close();
    agent.destroy();
    await assert.rejects(ask(started.value));
  });
});

/** Sends bytes on a connection of its own and closes it once they are gone. */
function sendAndLeave({ address }: MockBackend, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect("path" in address ? address : { host: address.host, port: address.port });
    socket.once("error", () => {}).once("close", () => resolve());
    socket.write(bytes, () => socket.destroy());
  });
}
