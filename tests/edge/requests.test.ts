import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { type Served, servePortico } from "../../testing/portico.ts";
import { assertProblem, parseAnswers } from "../../testing/problem-answer.ts";
import { type Sent, send } from "../../testing/raw-request.ts";
import { sendBytes } from "../../testing/raw-socket.ts";

const document = {
  openapi: "3.1.0",
  info: { title: "Edge", version: "1" },
  components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  paths: {
    "/pets": { get: { operationId: "list" }, post: { operationId: "create" } },
    "/secret": { get: { operationId: "secret", security: [{ key: [] }] } },
  },
};

/** A request that an HTTP client can send, the error that it gets, and what Envoy calls it. */
const sent: readonly (Sent & { readonly title: string; readonly expected: string; readonly details: string })[] = [
  { title: "an unknown path", send: "GET /nothing", expected: "404 not-found", details: "direct_response" },
  { title: "an unknown path, however long", send: `GET /${"a/".repeat(5000)}`, expected: "404 not-found", details: "direct_response" },
  { title: "a method that the path has not", send: "DELETE /pets", expected: "405 method-not-allowed", details: "direct_response" },
  { title: "TRACE", send: "TRACE /pets", expected: "405 method-not-allowed", details: "direct_response" },
  { title: "no credential where one is needed", send: "GET /secret", expected: "401 unauthorized", details: "direct_response" },
  { title: "an escaped slash", send: "GET /pets%2f7", expected: "400 bad-request", details: "path_normalization_failed" },
  { title: "an escaped backslash", send: "GET /pets%5C7", expected: "400 bad-request", details: "path_normalization_failed" },
  { title: "a NUL in the path", send: "GET /pets%00", expected: "400 bad-request", details: "path_normalization_failed" },
  { title: "a fragment", send: "GET /pets#here", expected: "400 bad-request", details: "path_normalization_failed" },
  {
    title: "an underscore in a header's name",
    send: "GET /pets",
    headers: { a_b: "1" },
    expected: "400 bad-request",
    details: "http1.unexpected_underscore",
  },
  {
    title: "101 headers and more",
    send: "GET /pets",
    headers: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, "1"])),
    expected: "431 headers-too-large",
    details: "http1.too_many_headers",
  },
  {
    title: "61 KiB of headers",
    send: "GET /pets",
    headers: { "x-large": "x".repeat(61 * 1024) },
    expected: "431 headers-too-large",
    details: "http1.headers_too_large",
  },
  {
    title: "an upgrade that the operation does not take",
    send: "GET /pets",
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    },
    expected: "403 upgrade-refused",
    details: "upgrade_failed",
  },
];

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
    title: "a method that HTTP does not know",
    bytes: `FOO /pets HTTP/1.1\r\n${host}\r\n`,
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

describe("what the gateway refuses is RFC 9457, with the request's id in header, body and access log", {
  concurrency: 8,
  timeout: 60_000,
}, () => {
  let gateway: Served;
  before(async () => {
    gateway = await servePortico({ after }, { "edge.yaml": JSON.stringify(document) }, "--mock");
  });

  for (const { title, expected, details, ...request } of sent) {
    it(`${title}: ${expected}`, async () => {
      const answer = await send(gateway.port, request);
      const line = await accessLine(gateway, assertProblem(answer, expected));
      assert.deepEqual([line.details, line.status], [details, answer.status]);
    });
  }

  for (const { title, bytes: text, expected, details } of bytes) {
    it(`${title}: ${expected}`, async () => {
      const [answer, ...others] = parseAnswers(await sendBytes(gateway.port, Buffer.from(text, "latin1")));
      assert.ok(answer !== undefined && others.length === 0);
      const line = await accessLine(gateway, assertProblem(answer, expected));
      assert.deepEqual([line.details, line.status], [details, answer.status]);
    });
  }

  it("a 405 names the methods that the path has, and a 401 what it takes", async () => {
    assert.equal((await send(gateway.port, { send: "DELETE /pets" })).headers.allow, "GET, HEAD, OPTIONS, POST");
    assert.equal((await send(gateway.port, { send: "GET /secret" })).headers["www-authenticate"], 'Bearer realm="edge"');
  });

  it("a HEAD is refused without a body, and with the length that a GET has", async () => {
    const [head, get] = [await send(gateway.port, { send: "HEAD /nothing" }), await send(gateway.port, { send: "GET /nothing" })];
    assert.deepEqual([head.status, head.body, head.headers["content-length"]], [404, "", get.headers["content-length"]]);
  });

  it("a body that turns out to be no chunks is 400 while nothing is answered yet", async () => {
    const text = `POST /pets HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nno chunk\r\n`;
    const [answer] = parseAnswers(await sendBytes(gateway.port, text));
    assert.ok(answer !== undefined);
    assertProblem(answer, "400 bad-request");
  });
});

describe("an unknown host", { timeout: 60_000 }, () => {
  it("is 404 where every API has host names, and so are two Host lines: Envoy reads them as one name that nobody has", async (t) => {
    const named = { ...document, "x-portico": { hosts: ["shop.test"] } };
    const { port } = await servePortico(t, { "edge.yaml": JSON.stringify(named) }, "--mock");
    assert.equal((await send(port, { send: "GET /pets", headers: { host: "shop.test" } })).status, 200);
    assertProblem(await send(port, { send: "GET /pets", headers: { host: "other.test" } }), "404 not-found");
    const [answer] = parseAnswers(
      await sendBytes(port, "GET /pets HTTP/1.1\r\nHost: shop.test\r\nHost: other.test\r\nConnection: close\r\n\r\n"),
    );
    assert.ok(answer !== undefined);
    assertProblem(answer, "404 not-found");
  });
});
