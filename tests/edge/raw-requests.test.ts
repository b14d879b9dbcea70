import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { startBackend } from "../../testing/backend.ts";
import { type Served, servePortico } from "../../testing/portico.ts";
import { assertProblem, parseAnswers } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import { sendBytes } from "../../testing/raw-socket.ts";
import { suiteScope } from "../../testing/scope.ts";

const document = {
  openapi: "3.1.0",
  info: { title: "Edge", version: "1" },
  paths: { "/pets": { get: { operationId: "list" }, post: { operationId: "create" } } },
};

/** The only answer that bytes get before the gateway closes the connection. */
async function onlyAnswer(port: number, text: string) {
  const [answer, ...others] = parseAnswers(await sendBytes(port, Buffer.from(text, "latin1")));
  assert.ok(answer !== undefined && others.length === 0);
  return answer;
}

const host = "Host: a.test\r\n";

/** Bytes that no HTTP client sends. */
const bytes: readonly { readonly title: string; readonly bytes: string; readonly expected: string; readonly details: string }[] = [
  { title: "HTTP/1.0", bytes: `GET /pets HTTP/1.0\r\n${host}\r\n`, expected: "426 upgrade-required", details: "low_version" },
  { title: "HTTP/0.9", bytes: "GET /pets\r\n\r\n", expected: "426 upgrade-required", details: "low_version" },
  {
    title: "no Host",
    bytes: "GET /pets HTTP/1.1\r\nConnection: close\r\n\r\n",
    expected: "400 bad-request",
    details: "missing_host_header",
  },
  {
    title: "a Host with a blank",
    bytes: "GET /pets HTTP/1.1\r\nHost: a b\r\n\r\n",
    expected: "400 bad-request",
    details: "http.invalid_authority",
  },
  {
    title: "a Host with a slash",
    bytes: "GET /pets HTTP/1.1\r\nHost: a/b\r\n\r\n",
    expected: "400 bad-request",
    details: "http.invalid_authority",
  },
  { title: "no HTTP at all", bytes: "hello there\r\n\r\n", expected: "400 bad-request", details: "http1.codec_error" },
  {
    title: "a method that is no token",
    bytes: `G@T /pets HTTP/1.1\r\n${host}\r\n`,
    expected: "400 bad-request",
    details: "http1.codec_error",
  },
  {
    title: "a target without a slash",
    bytes: `GET pets HTTP/1.1\r\n${host}\r\n`,
    expected: "400 bad-request",
    details: "http1.codec_error",
  },
  {
    title: "a control character in the target",
    bytes: `GET /\x01 HTTP/1.1\r\n${host}\r\n`,
    expected: "400 bad-request",
    details: "http1.invalid_characters",
  },
  {
    title: "an octet above 127 in the target",
    bytes: `GET /\xe4 HTTP/1.1\r\n${host}\r\n`,
    expected: "400 bad-request",
    details: "http1.codec_error",
  },
  {
    title: "a NUL in a header",
    bytes: `GET /pets HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`,
    expected: "400 bad-request",
    details: "http1.invalid_characters",
  },
  {
    title: "two lengths",
    bytes: `POST /pets HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    expected: "400 bad-request",
    details: "http1.codec_error",
  },
  {
    title: "a length beside chunks (request smuggling)",
    bytes: `POST /pets HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    expected: "400 bad-request",
    details: "http1.content_length_and_chunked_not_allowed",
  },
  {
    title: "an unknown transfer coding",
    bytes: `POST /pets HTTP/1.1\r\n${host}Transfer-Encoding: rot13\r\n\r\n`,
    expected: "501 not-implemented",
    details: "http1.invalid_transfer_encoding",
  },
  {
    title: "a target of 61 KiB",
    bytes: `GET /pets?${"x".repeat(61 * 1024)} HTTP/1.1\r\n${host}\r\n`,
    expected: "431 headers-too-large",
    details: "http1.headers_too_large",
  },
  {
    title: "OPTIONS *",
    bytes: `OPTIONS * HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    expected: "404 not-found",
    details: "absolute_path_rejected",
  },
  {
    title: "CONNECT",
    bytes: "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
    expected: "404 not-found",
    details: "route_not_found",
  },
  {
    title: "a header that never ends is 408 after ten seconds",
    bytes: `GET /pets HTTP/1.1\r\n${host}`,
    expected: "408 request-timeout",
    details: "request_header_timeout",
  },
];

describe("what is no HTTP, or none that the gateway takes, is refused as RFC 9457 says, and the connection closed", {
  concurrency: 8,
  timeout: 60_000,
}, () => {
  const scope = suiteScope();
  let gateway: Served;
  before(async () => {
    gateway = await servePortico(scope, { "edge.yaml": JSON.stringify(document) }, "--mock");
  });

  for (const { title, bytes: text, expected, details } of bytes) {
    it(`${title}: ${expected}`, async () => {
      const answer = await onlyAnswer(gateway.port, text);
      const line = await accessLine(gateway, assertProblem(answer, expected));
      assert.deepEqual([line.details, line.status], [details, answer.status]);
    });
  }
});

describe("what turns out to be wrong later", { timeout: 60_000 }, () => {
  it("a body that is no chunks is 400 while the backend has not answered", async (t) => {
    const backend = await startBackend(t);
    const { port } = await servePortico(t, { "edge.yaml": JSON.stringify({ ...document, servers: [{ url: backend.url }] }) });
    assertProblem(
      await onlyAnswer(port, `POST /pets HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nno chunk\r\n`),
      "400 bad-request",
    );
    assert.equal(backend.received.length, 0);
  });
});

describe("an unknown host", { timeout: 60_000 }, () => {
  it("is 404 where every API has host names, and so are two Host lines: Envoy reads them as one name that nobody has", async (t) => {
    const named = { ...document, "x-portico": { hosts: ["shop.test"] } };
    const { port } = await servePortico(t, { "edge.yaml": JSON.stringify(named) }, "--mock");
    assert.equal((await send(port, { send: "GET /pets", headers: { host: "shop.test" } })).status, 200);
    assertProblem(await send(port, { send: "GET /pets", headers: { host: "other.test" } }), "404 not-found");
    const twice = "GET /pets HTTP/1.1\r\nHost: shop.test\r\nHost: other.test\r\nConnection: close\r\n\r\n";
    assertProblem(await onlyAnswer(port, twice), "404 not-found");
  });
});
