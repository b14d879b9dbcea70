import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { type Served, servePortico } from "../../testing/portico.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { type Sent, send } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";

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
  { title: "an unknown path", send: "GET /nothing", expected: "404 not-found", details: "route_not_found" },
  { title: "an unknown path, however long", send: `GET /${"a/".repeat(5000)}`, expected: "404 not-found", details: "route_not_found" },
  { title: "a method that the path has not", send: "DELETE /pets", expected: "405 method-not-allowed", details: "direct_response" },
  { title: "a method that Envoy's HTTP/1.1 does not know", send: "FOO /pets", expected: "400 bad-request", details: "http1.codec_error" },
  {
    title: "a QUERY that does not say what it is",
    send: "QUERY /pets",
    expected: "400 bad-request",
    details: "query_missing_content_type",
  },
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

describe("what the gateway refuses is RFC 9457, with the request's id in header, body and access log", {
  concurrency: 8,
  timeout: 60_000,
}, () => {
  const scope = suiteScope();
  let gateway: Served;
  before(async () => {
    gateway = await servePortico(scope, { "edge.yaml": JSON.stringify(document) }, "--mock");
  });

  for (const { title, expected, details, ...request } of sent) {
    it(`${title}: ${expected}`, async () => {
      const answer = await send(gateway.port, request);
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
});
