import assert from "node:assert/strict";
import { connect } from "node:http2";
import { before, describe, it } from "node:test";
import { assertProblem, parseAnswers } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import { openSocket } from "../../testing/raw-socket.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { keySecurity, protectedGateway } from "../security/protected-gateway.ts";

const posted = (more: object, security: object = []): object => ({ post: { security, responses: {}, "x-portico": more } });

describe("a request's body", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = {
      "/any": posted({}),
      "/small": posted({ maxBody: "1Ki" }),
      "/keyed": posted({ maxBody: "1Ki" }, [{ key: [] }]),
      "/stream": posted({ maxBody: "1Ki", streaming: true }),
    };
    const components = { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } };
    gateway = await protectedGateway(scope, { components, paths }, keySecurity("key", { alice: "key-of-alice" }));
  });
  const sized = (path: string, length: number, headers: Readonly<Record<string, string>> = {}) =>
    send(gateway.port, { send: `POST ${path}`, headers, body: "x".repeat(length) });
  /** The same without saying how long it is. */
  async function chunked(path: string, length: number) {
    const { socket, text } = await openSocket(gateway.port);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n`);
    for (let sent = 0; sent < length; sent += 512) socket.write(`200\r\n${"x".repeat(512)}\r\n`);
    socket.write("0\r\n\r\n");
    const answer = await until("an answer", () => parseAnswers(text())[0]);
    socket.destroy();
    return answer;
  }

  it("may be as large as the operation says, and no larger", async () => {
    assert.equal((await sized("/small", 1024)).status, 200);
    const refused = await sized("/small", 1025);
    assertProblem(refused, "413 body-too-large");
    assert.equal((await sized("/any", 1_000_000)).status, 200);
    assert.equal(gateway.backend.received.length, 2);
  });

  it("is refused by the length that it says, however large", async () => {
    const before = gateway.backend.received.length;
    for (const path of ["/small", "/stream"])
      for (const length of [
        "1025",
        "9007199254740991",
        "9007199254740992",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999",
      ]) {
        const { socket, text } = await openSocket(gateway.port);
        socket.write(`POST ${path} HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${length}\r\n\r\n${"x".repeat(4096)}`);
        const status = await until("an answer", () => /^HTTP\/1\.1 (\d+)/.exec(text())?.[1]);
        socket.destroy();
        assert.match(status, /^4(?:13|00)$/, `${path} ${length}`);
      }
    assert.equal(gateway.backend.received.length, before);
  });

  it("counts the same where nobody says its length", async () => {
    assert.equal((await chunked("/small", 1024)).status, 200);
    const before = gateway.backend.received.length;
    assertProblem(await chunked("/small", 2048), "413 body-too-large");
    assert.equal(gateway.backend.received.length, before);
  });

  it("is looked at behind the credential", async () => {
    assert.equal((await sized("/keyed", 2048)).status, 401);
    assert.equal((await sized("/keyed", 2048, { "x-key": "key-of-alice" })).status, 413);
    assert.equal((await sized("/keyed", 10, { "x-key": "key-of-alice" })).status, 200);
  });

  it("of a stream is held against the length that it says alone", async () => {
    assert.equal((await sized("/stream", 1025)).status, 413);
    assert.equal((await chunked("/stream", 4096)).status, 200);
  });

  it("has no more bytes in HTTP/2 than it says", async (t) => {
    const session = connect(`http://127.0.0.1:${gateway.port}`);
    t.after(() => session.destroy());
    const before = gateway.backend.received.length;
    const stream = session.request({ ":method": "POST", ":path": "/small", "content-length": "10" });
    const ended = new Promise<number | string>((resolve) => {
      stream.on("response", (headers) => resolve(Number(headers[":status"])));
      stream.on("error", (failure) => resolve(failure.message));
    });
    stream.end("x".repeat(4096));
    assert.notEqual(await ended, 200);
    assert.equal(gateway.backend.received.length, before);
  });
});
