import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Served, servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { keySecurity, protectedGateway } from "../security/protected-gateway.ts";

const cors = {
  origins: ["https://app.test", "https://*.apps.test"],
  headers: ["x-trace"],
  exposedHeaders: ["x-total"],
  maxAge: "10m",
  credentials: true,
};

const document = {
  openapi: "3.1.0",
  info: { title: "Cors", version: "1" },
  paths: {
    "/pets": {
      get: {
        operationId: "list",
        "x-portico": { cors },
        responses: { "200": { description: "ok", content: { "application/json": { example: [1] } } } },
      },
      post: { operationId: "create" },
    },
    "/gone": { get: { operationId: "gone", "x-portico": { cors }, responses: { "404": { description: "none" } } } },
    "/all": { get: { operationId: "all", "x-portico": { cors: { origins: ["*"] } } } },
  },
};

describe("CORS of a mocked operation", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Served;
  before(async () => {
    gateway = await servePortico(scope, { "cors.json": JSON.stringify(document) }, "--mock");
  });

  /** The CORS fields of an answer, without their common begin, and its status. */
  async function asked(
    line: string,
    origin: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const answer = await send(gateway.port, { send: line, headers: { origin, ...headers } });
    const fields = Object.entries(answer.headers).filter(([name]) => name.startsWith("access-control-"));
    return { status: answer.status, body: answer.body, ...Object.fromEntries(fields.map(([name, value]) => [name.slice(15), value])) };
  }

  const preflight = (path: string, origin: string, method = "GET") =>
    asked(`OPTIONS ${path}`, origin, { "access-control-request-method": method });

  const named = (origin: string) => ({ "allow-origin": origin, "allow-credentials": "true" });

  it("a preflight has the request's id, as every answer", async () => {
    const headers = { origin: "https://app.test", "access-control-request-method": "GET" };
    const answer = await send(gateway.port, { send: "OPTIONS /pets", headers });
    assert.match(answer.headers["x-request-id"] ?? "", /^[0-9a-f-]{36}$/);
  });

  it("a preflight is answered for the origins it names, those below a wildcard among them", async () => {
    for (const origin of ["https://app.test", "https://one.apps.test"]) {
      assert.deepEqual(await preflight("/pets", origin), {
        ...named(origin),
        status: 200,
        body: "",
        "allow-methods": "GET, HEAD",
        "allow-headers": "x-trace",
        "expose-headers": "x-total",
        "max-age": "600",
      });
    }
  });

  it("an answer may be read by them, and says what of it", async () => {
    const answer = { ...named("https://app.test"), "expose-headers": "x-total" };
    assert.deepEqual(await asked("GET /pets", "https://app.test"), { ...answer, status: 200, body: "[1]" });
    const { body, ...gone } = await asked("GET /gone", "https://app.test");
    assert.deepEqual(gone, { ...answer, status: 404 }, `the mock's own 404: ${body}`);
  });

  it("no other origin may: near misses, another scheme, another port, null, none", async () => {
    const others = [
      "https://evil.test",
      "https://app.test.evil.test",
      "http://app.test",
      "https://app.test:8443",
      "https://apps.test",
      "null",
      "",
    ];
    for (const origin of [...others, "https://a.b.apps.test", "https://xapps.test", "https://evil.test/.apps.test"]) {
      const allowed = Object.keys(await asked("GET /pets", origin)).filter((name) => name.startsWith("allow-"));
      assert.deepEqual(allowed, [], origin);
      assert.ok(!("allow-origin" in (await preflight("/pets", origin))), `preflight of ${origin}`);
    }
  });

  it("an operation without a policy has none, though another one of its path has", async () => {
    assert.deepEqual(await asked("POST /pets", "https://app.test"), { status: 200, body: "" });
    const { status, ...rest } = await preflight("/pets", "https://app.test", "POST");
    assert.deepEqual([status, rest], [204, { body: "" }]);
  });

  it("`*` is every origin, and never with credentials", async () => {
    const { status, ...rest } = await asked("GET /all", "https://anybody.test");
    assert.equal(status, 200);
    assert.match(String(rest["allow-origin"]), /^(\*|https:\/\/anybody\.test)$/);
    assert.ok(!("allow-credentials" in rest));
  });
});

describe("CORS of what is refused", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  const responses = { "200": { description: "ok" } };
  const refusing = {
    openapi: "3.1.0",
    info: { title: "Refusing", version: "1" },
    servers: [{ url: "http://127.0.0.1:1" }],
    "x-portico": { cors },
    components: { securitySchemes: { nobody: { type: "http", scheme: "bearer" }, key: { type: "apiKey", in: "header", name: "x-key" } } },
    paths: {
      "/checked": { get: { security: [{ key: [] }], responses } },
      "/worked-on": { get: { responses, "x-portico": { maintenance: true } } },
      "/worked-on/checked": { get: { security: [{ key: [] }], responses, "x-portico": { maintenance: true } } },
      "/small": { post: { responses, "x-portico": { maxBody: "1" } } },
      "/far": { get: { responses, "x-portico": { addresses: { deny: ["127.0.0.0/8"] } } } },
      "/wrong": {
        get: {
          parameters: [{ name: "a", in: "query", required: true, schema: {} }],
          responses,
          "x-portico": { validation: { request: "enforce" } },
        },
      },
      "/faulty": { get: { responses, "x-portico": { fault: { status: 418 } } } },
      "/broken": { get: { responses, "x-portico": { backend: { url: "http://127.0.0.1:1" } } } },
    },
  };
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    gateway = await protectedGateway(scope, refusing, keySecurity("key", { alice: "key-of-alice" }));
  });

  it("is what a scheme that nobody checks refuses, too", async (t) => {
    const paths = { "/unchecked": { get: { security: [{ nobody: [] }], responses } } };
    const unchecked = await servePortico(t, { "api.json": JSON.stringify({ ...refusing, paths }) });
    const { status, headers } = await send(unchecked.port, { send: "GET /unchecked", headers: { origin: "https://app.test" } });
    assert.deepEqual([status, headers["access-control-allow-origin"]], [401, "https://app.test"]);
  });

  for (const [line, status, body] of [
    ["GET /checked", 401],
    ["GET /worked-on", 503],
    ["GET /worked-on/checked", 401],
    ["POST /small", 413, "much"],
    ["GET /far", 403],
    ["GET /wrong", 400],
    ["GET /faulty", 418],
    ["GET /broken", 502],
  ] as const)
    it(`${line} may be read by the origins that may call it, and by no others: ${status}`, async () => {
      const ask = (origin: string) => send(gateway.port, { send: line, headers: { origin }, body });
      const answer = await ask("https://app.test");
      assert.equal(answer.status, status);
      const fields = ["allow-origin", "allow-credentials", "expose-headers"].map((name) => answer.headers[`access-control-${name}`]);
      assert.deepEqual(fields, ["https://app.test", "true", "x-total"]);
      assert.equal((await ask("https://evil.test")).headers["access-control-allow-origin"], undefined);
    });
});
