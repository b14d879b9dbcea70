import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from "node:http2";
import { text } from "node:stream/consumers";
import { before, describe, it, type TestContext } from "node:test";
import { accessLine, readAccessLine } from "../../testing/access-line.ts";
import { startBackend } from "../../testing/backend.ts";
import { type Served, servePortico } from "../../testing/portico.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";

async function session(t: TestContext, { port }: Served): Promise<ClientHttp2Session> {
  const opened = connect(`http://127.0.0.1:${port}`);
  t.after(() => opened.destroy());
  opened.on("error", () => undefined);
  await once(opened, "remoteSettings");
  return opened;
}

/** Sends one request; one that is not answered fails with how its stream ended. */
async function ask(on: ClientHttp2Session, headers: Readonly<Record<string, string>>) {
  const stream = on.request({ ...headers });
  const answered = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.once("response", resolve).on("error", reject);
    stream.once("close", () =>
      reject(new Error(`the stream was closed with ${stream.rstCode}, the connection ${on.closed ? "too" : "was not"}`)),
    );
  });
  const fields = Object.fromEntries(Object.entries(answered).map(([name, value]) => [name, String(value)]));
  return { status: Number(fields[":status"]), headers: fields, body: await text(stream) };
}

describe("HTTP/2 with prior knowledge", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Served;
  const held: (() => void)[] = [];
  before(async () => {
    const backend = await startBackend(scope, ({ path }, response) => {
      if (path === "/held") held.push(() => response.end("held"));
      else response.end(path);
    });
    const document = {
      openapi: "3.1.0",
      info: { title: "Two", version: "1" },
      servers: [{ url: backend.url }],
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      paths: { "/pets": { get: {} }, "/held": { get: {} }, "/secret": { get: { security: [{ key: [] }] } } },
    };
    gateway = await servePortico(scope, { "two.json": JSON.stringify(document) });
  });

  it("serves, and says so in the access log", async (t) => {
    const { status, headers, body } = await ask(await session(t, gateway), { ":path": "/pets?q=1" });
    assert.deepEqual([status, body], [200, "/pets?q=1"]);
    assert.equal((await accessLine(gateway, headers["x-request-id"])).protocol, "HTTP/2");
  });

  it("refuses with the same bodies as HTTP/1.1, and the connection goes on", async (t) => {
    const on = await session(t, gateway);
    assertProblem(await ask(on, { ":path": "/nothing" }), "404 not-found");
    assertProblem(await ask(on, { ":path": "/pets", ":method": "DELETE" }), "405 method-not-allowed");
    assertProblem(await ask(on, { ":path": "/secret" }), "401 unauthorized");
    assertProblem(await ask(on, { ":path": "/a%2fb" }), "400 bad-request");
    assert.equal((await ask(on, { ":path": "/pets" })).status, 200);
  });

  /** Envoy has no body for what is wrong in HTTP/2 itself: it resets the stream. */
  const malformed: readonly (readonly [title: string, headers: Readonly<Record<string, string>>, details: string])[] = [
    ["an underscore in a header's name", { a_b: "1" }, "http2.unexpected_underscore"],
    ["101 headers and more", Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, "1"])), "http2.too_many_headers"],
    [
      "61 KiB of headers",
      Object.fromEntries(Array.from({ length: 61 }, (_, index) => [`x-${index}`, "x".repeat(1024)])),
      "http2.header_list_size_too_large",
    ],
    ["an :authority with a blank", { ":authority": "a b" }, "http2.invalid.header.field"],
    ["a path with a control character", { ":path": "/\x01" }, "http2.invalid.header.field"],
  ];
  for (const [title, headers, details] of malformed) {
    it(`resets the stream for ${title}, and not the connection`, async (t) => {
      const on = await session(t, gateway);
      const before = gateway.stdout.length;
      await assert.rejects(ask(on, { ":path": "/pets", ...headers }), /NGHTTP2_(INTERNAL|PROTOCOL)_ERROR/);
      assert.equal((await ask(on, { ":path": "/pets" })).status, 200);
      await until(`the access log says ${details}`, () =>
        gateway.stdout.slice(before).some((line) => readAccessLine(line).details === details),
      );
    });
  }

  it("takes 100 requests at a time on a connection, and the next one when one of them is answered", async (t) => {
    const on = await session(t, gateway);
    assert.equal(on.remoteSettings.maxConcurrentStreams, 100);
    const answers = Array.from({ length: 120 }, () => ask(on, { ":path": "/held" }));
    await until("100 are with the backend", () => held.length === 100);
    for (const release of held.splice(0)) release();
    await until("the others are with the backend", () => held.length === 20);
    for (const release of held.splice(0)) release();
    for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
  });
});
