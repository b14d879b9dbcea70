import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { before, describe, it } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { serveHttp } from "../../testing/http-server.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { startChat, upgrade } from "../../testing/web-socket.ts";
import { targetEndpoint } from "../backends/served.ts";
import { rateLimiting } from "../limits/limited-gateway.ts";
import { keySecurity, protectedGateway } from "../security/protected-gateway.ts";

const alice = { "x-api-key": "key-of-alice" } as const;

/** A backend of a gRPC method that answers each message of a stream with itself, and says at the end how it went. */
async function startRpc(scope: Scope): Promise<string> {
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": "done" }));
    stream.pipe(stream);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  scope.after(async () => void server.close());
  return `http://127.0.0.1:${port}`;
}

/** A message as gRPC frames it. */
const framed = (text: string): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(text.length, 1);
  return Buffer.concat([head, Buffer.from(text)]);
};

describe("a stream that needs a credential and is limited", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  let events: ServerResponse | undefined;
  before(async () => {
    const eventsPort = await serveHttp(scope, (_, response) => {
      events = response.writeHead(200, { "content-type": "text/event-stream" });
      events.write("data: first\n\n");
    });
    const streaming = (backend: object | string, more: object) => ({
      responses: {},
      security: [{ key: [] }],
      "x-portico": { backend, rateLimit: "two", timeout: "300ms", ...more },
    });
    const document = {
      paths: {
        "/events": { get: streaming({ url: `http://127.0.0.1:${eventsPort}` }, { streaming: true }) },
        "/chat": { get: streaming({ url: await startChat(scope) }, { webSocket: true }) },
        "/pets.Store/Watch": { post: streaming("rpc", { streaming: true }) },
      },
      components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-api-key" } } },
    };
    gateway = await protectedGateway(scope, document, [
      ...keySecurity("key", { alice: alice["x-api-key"] }),
      rateLimiting("two", { requests: 2, key: { by: "client" } }),
      targetEndpoint("rpc", { url: await startRpc(scope), protocol: "grpc" }),
    ]);
  });

  it("of events is let in by them, and goes on for longer than an answer may take", async (t) => {
    assert.equal((await gateway.get("/events")).status, 401);
    const listen = async (): Promise<IncomingMessage> => {
      const [answer] = await once(get(`http://127.0.0.1:${gateway.port}/events`, { headers: alice }), "response");
      return answer;
    };
    const began = performance.now();
    const answers = [await listen(), await listen()];
    t.after(() => answers.map((answer) => answer.destroy()).length);
    let text = "";
    answers.at(-1)?.on("data", (bytes) => (text += String(bytes)));
    await until("the first event, though the answer is not whole", () => text === "data: first\n\n");
    await until("the time for an answer is over", () => performance.now() - began > 900);
    events?.write("data: second\n\n");
    await until("the second event", () => text.endsWith("data: second\n\n"));
    assert.equal((await gateway.get("/events", alice)).status, 429);
  });

  it("of a WebSocket is let in by them, and is another protocol from then on", async (t) => {
    const chat = async (headers: Readonly<Record<string, string>>): Promise<readonly [string, () => string]> => {
      const { socket, text } = await upgrade(gateway, "GET /chat", "websocket", headers);
      t.after(() => socket.destroy());
      const answer = text();
      if (answer.startsWith("HTTP/1.1 101")) socket.write("hello");
      return [answer, text];
    };
    assert.match((await chat({}))[0], /^HTTP\/1\.1 401 /);
    for (let count = 0; count < 2; count++) {
      const [, text] = await chat(alice);
      await until("the words come back", () => text().endsWith("hello"));
    }
    assert.match((await chat(alice))[0], /^HTTP\/1\.1 429 /);
  });

  it("of gRPC is let in by them, both ways at once, with its trailers", async (t) => {
    const session = connect(`http://127.0.0.1:${gateway.port}`);
    t.after(() => session.destroy());
    const call = async (headers: OutgoingHttpHeaders) => {
      const stream = session.request({
        ":method": "POST",
        ":path": "/pets.Store/Watch",
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      });
      let [got, trailers]: [Buffer, IncomingHttpHeaders] = [Buffer.alloc(0), {}];
      stream.on("data", (bytes: Buffer) => (got = Buffer.concat([got, bytes]))).on("trailers", (said) => (trailers = said));
      const [head]: IncomingHttpHeaders[] = await once(stream, "response");
      return { stream, head, got: () => got, trailers: () => trailers };
    };
    // What is refused is so in gRPC's words: UNAUTHENTICATED, and RESOURCE_EXHAUSTED.
    assert.equal((await call({})).head?.["grpc-status"], "16");
    for (let count = 0; count < 2; count++) {
      const { stream, head, got, trailers } = await call(alice);
      assert.equal(head?.["grpc-status"], undefined);
      for (const text of ["one", "two"]) {
        const before = got().length;
        stream.write(framed(text));
        await until("the message comes back while the stream is open", () => got().subarray(before).equals(framed(text)));
      }
      stream.end();
      await until("it has ended", () => stream.closed);
      assert.deepEqual([trailers()["grpc-status"], trailers()["grpc-message"]], ["0", "done"]);
    }
    assert.equal((await call(alice)).head?.["grpc-status"], "8");
  });
});
