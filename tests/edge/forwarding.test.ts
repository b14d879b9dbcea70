import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { forged, saidByProxies } from "../../src/compile/envoy/forged-headers.ts";
import { accessLine } from "../../testing/access-line.ts";
import { type Backend, startBackend } from "../../testing/backend.ts";
import { type Served, servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";

/** A gateway before a backend that answers when it likes. */
async function serveEcho(scope: Scope, ...options: readonly string[]): Promise<{ readonly gateway: Served; readonly backend: Backend }> {
  const backend = await startBackend(scope);
  const document = {
    openapi: "3.1.0",
    info: { title: "Echo", version: "1" },
    servers: [{ url: backend.url }],
    paths: {
      "/pets": { get: { operationId: "list" } },
      "/pets/{id}": { get: { operationId: "show" }, delete: { operationId: "remove" } },
      "/mock": { get: { operationId: "mock", "x-portico": { mock: true } } },
    },
  };
  return { gateway: await servePortico(scope, { "echo.json": JSON.stringify(document) }, ...options), backend };
}

describe("what a client says of itself", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Served;
  let backend: Backend;
  before(async () => {
    ({ gateway, backend } = await serveEcho(scope));
  });

  /** Sends a request, and says what the backend saw and what was logged. */
  async function seen(line: string, headers: Readonly<Record<string, string>> = {}) {
    const answer = await send(gateway.port, { send: line, headers });
    const log = await accessLine(gateway, answer.headers["x-request-id"]);
    return { answer, log, received: backend.received.at(-1) ?? assert.fail("the backend received nothing") };
  }

  it("an address in X-Forwarded-For is believed by nobody: what is true stands in its place", async () => {
    const plain = await seen("GET /pets");
    const spoofed = await seen("GET /pets", { "x-forwarded-for": "203.0.113.7, 10.0.0.1" });
    assert.equal(spoofed.log.client, plain.log.client);
    assert.equal(spoofed.received.headers["x-envoy-external-address"], plain.received.headers["x-envoy-external-address"]);
    assert.equal(spoofed.received.headers["x-forwarded-for"], plain.received.headers["x-forwarded-for"]);
  });

  it("that it came by HTTPS is not believed", async () => {
    const { received } = await seen("GET /pets", { "x-forwarded-proto": "https" });
    assert.equal(received.headers["x-forwarded-proto"], "http");
  });

  it("headers that steer Envoy are taken away, and steer nothing", async () => {
    const steering = {
      "x-envoy-upstream-rq-timeout-ms": "1",
      "x-envoy-upstream-rq-per-try-timeout-ms": "1",
      "x-envoy-expected-rq-timeout-ms": "1",
      "x-envoy-max-retries": "9",
      "x-envoy-retry-on": "5xx",
      "x-envoy-retry-grpc-on": "cancelled",
      "x-envoy-hedge-on-per-try-timeout": "true",
      "x-envoy-upstream-alt-stat-name": "mine",
      "x-envoy-decorator-operation": "mine",
      "x-envoy-force-trace": "yes",
      "x-envoy-internal": "true",
      "x-envoy-ip-tags": "mine",
      "x-envoy-original-path": "/mine",
      "x-envoy-original-url": "/mine",
      "x-envoy-downstream-service-cluster": "mine",
      "x-envoy-downstream-service-node": "mine",
      "x-envoy-external-address": "203.0.113.7",
      "x-envoy-attempt-count": "7",
      "x-envoy-is-timeout-retry": "true",
      "x-envoy-original-host": "mine",
      "x-envoy-original-method": "DELETE",
      "x-envoy-peer-metadata": "mine",
      "X-Envoy-Anything": "mine",
      "x-envoy-retriable-header-names": "mine",
      "x-envoy-retriable-status-codes": "200",
      "x-envoy-upstream-rq-timeout-alt-response": "1",
      "x-envoy-upstream-stream-duration-ms": "1",
    };
    const plain = await seen("GET /pets");
    const { answer, log, received } = await seen("GET /pets", steering);
    assert.equal(answer.status, 200);
    const names = Object.keys(received.headers).filter((name) => name.startsWith("x-envoy-"));
    assert.deepEqual(
      names,
      Object.keys(plain.received.headers).filter((name) => name.startsWith("x-envoy-")),
    );
    assert.equal(received.headers["x-envoy-external-address"], plain.received.headers["x-envoy-external-address"]);
    assert.deepEqual([log.path, log.client], ["/pets", plain.log.client]);
  });

  it("a request's id is the gateway's own and fresh, and the same in the answer, the log and at the backend", async () => {
    const given = "00000000-0000-4000-8000-000000000000";
    const [first, second] = [await seen("GET /pets", { "x-request-id": given }), await seen("GET /pets", { "x-request-id": given })];
    for (const { answer, received } of [first, second]) {
      assert.match(answer.headers["x-request-id"] ?? "", /^[0-9a-f-]{36}$/);
      assert.notEqual(answer.headers["x-request-id"], given);
      assert.equal(received.headers["x-request-id"], answer.headers["x-request-id"]);
    }
    assert.notEqual(first.answer.headers["x-request-id"], second.answer.headers["x-request-id"]);
  });

  it("a method in a header is no method", async () => {
    for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) {
      const { log, received } = await seen("GET /pets/7", { [name]: "DELETE" });
      assert.deepEqual([log.operation, log.method, received.method], ["show", "GET", "GET"], name);
      assert.equal(received.headers[name], undefined, "a framework behind the gateway would take it for the method");
      assert.equal((await send(gateway.port, { send: "POST /pets", headers: { [name]: "GET" } })).status, 405, name);
    }
  });

  it("nor is a path in a header a path, nor what only a proxy could say true, nor what the gateway writes itself", async () => {
    for (const name of [...forged, ...saidByProxies]) {
      const { status } = await send(gateway.port, { send: "GET /pets", headers: { [name]: "of-the-client" } });
      const { method, path, headers } = backend.received.at(-1) ?? assert.fail("the backend received nothing");
      assert.deepEqual([status, method, path], [200, "GET", "/pets"], name);
      assert.ok(!Object.values(headers).includes("of-the-client"), name);
    }
    const { received } = await seen("GET /pets", { "x-forwarded-host": "evil.example" });
    const asked = received.headers["x-forwarded-host"];
    assert.equal(asked, `127.0.0.1:${gateway.port}`, "the host that was asked, since the backend is asked under its own");
  });

  it("what a backend says to an Envoy reaches no client", async (t) => {
    const said = [
      "x-envoy-upstream-service-time",
      "x-envoy-decorator-operation",
      "x-envoy-degraded",
      "x-envoy-overloaded",
      "x-envoy-attempt-count",
      "x-envoy-anything",
    ];
    const loud = await startBackend(t, (_, response) => response.writeHead(200, Object.fromEntries(said.map((name) => [name, "7"]))).end());
    const document = {
      openapi: "3.1.0",
      info: { title: "Loud", version: "1" },
      servers: [{ url: loud.url }],
      paths: { "/pets": { get: {} } },
    };
    const { port } = await servePortico(t, { "loud.json": JSON.stringify(document) });
    const { status, headers } = await send(port, { send: "GET /pets" });
    assert.deepEqual([status, said.filter((name) => name in headers)], [200, []]);
  });

  it("a path is normal before it is looked up, and comes so to the backend", async () => {
    for (const path of ["/a/../pets", "//pets", "/./pets", "/a/%2e%2e/pets", "/%70ets", "/a/b/../..//pets"]) {
      const { log, received } = await seen(`GET ${path}?q=/../x`);
      assert.deepEqual([log.operation, received.path], ["list", "/pets?q=/../x"], path);
    }
    assert.equal((await send(gateway.port, { send: "GET /pets/../../../pets/.." })).status, 404);
  });

  it("no answer says what serves it", async () => {
    for (const line of ["GET /pets", "GET /mock", "GET /nothing", "POST /pets", "GET /a%2fb"]) {
      const { headers } = await send(gateway.port, { send: line });
      const telling = Object.keys(headers).filter((name) => /^(server|via|x-envoy-.*|x-powered-by)$/.test(name));
      assert.deepEqual(telling, [], line);
      assert.ok(headers["x-request-id"], line);
    }
  });
});

describe("behind one proxy of one's own (--trusted-hops 1)", { timeout: 60_000 }, () => {
  it("the client is the address that the proxy wrote last; what stands before it is the client's own invention", async (t) => {
    const { gateway, backend } = await serveEcho(t, "--trusted-hops", "1");
    for (const [header, client] of [
      ["203.0.113.7", "203.0.113.7"],
      ["198.51.100.9, 203.0.113.8", "203.0.113.8"],
      ["2001:db8::7", "2001:db8::7"],
    ] as const) {
      const { headers } = await send(gateway.port, {
        send: "GET /pets",
        headers: { "x-forwarded-for": header, "x-forwarded-proto": "https" },
      });
      assert.equal((await accessLine(gateway, headers["x-request-id"])).client, client);
      const received = backend.received.at(-1)?.headers;
      assert.equal(received?.["x-envoy-external-address"], client);
      assert.equal(received?.["x-forwarded-proto"], "https", "the proxy is believed");
    }
  });

  it("what the proxy says of the request is passed on", async (t) => {
    const { gateway, backend } = await serveEcho(t, "--trusted-hops", "1");
    const said = { forwarded: "for=203.0.113.7", "x-forwarded-prefix": "/shop", "x-real-ip": "203.0.113.7" };
    await send(gateway.port, { send: "GET /pets", headers: { ...said, "x-forwarded-host": "shop.example" } });
    const received = backend.received.at(-1)?.headers ?? assert.fail("the backend received nothing");
    for (const [name, value] of Object.entries(said)) assert.equal(received[name], value, name);
    assert.equal(received["x-forwarded-host"], `shop.example,127.0.0.1:${gateway.port}`);
  });
});
