import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Backend, startBackend } from "../../testing/backend.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { guarded, keySecurity, protectedGateway } from "../security/protected-gateway.ts";

/** An operation with GET alone whose answers are kept. */
const kept = (cache: object = {}, more: object = {}, extension: object = {}): object => ({
  get: { security: [], ...more, responses: { 200: { description: "ok" } }, "x-portico": { cache, ...extension } },
});

const headerParameter = (name: string): object => ({ name, in: "header", schema: { type: "string" } });

describe("answers that are kept", () => {
  const scope = suiteScope();
  let backend: Backend;
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  /** How often the backend was asked. */
  let asked = 0;
  before(async () => {
    backend = await startBackend(scope, ({ path, method, headers }, response) => {
      asked++;
      const query = new URL(path, "http://backend").searchParams;
      const etag = query.get("etag");
      const said = Object.fromEntries(
        ["cache-control", "vary", "set-cookie", "expires", "etag", "content-range"].flatMap((name) =>
          query.has(name) ? [[name, query.get(name) ?? ""]] : [],
        ),
      );
      if (query.has("reset")) return void response.socket?.destroy();
      if (query.has("hang")) return;
      if (etag !== null && headers["if-none-match"] === etag) return void response.writeHead(304, said).end();
      const body = JSON.stringify({ asked, method, path, headers, pad: "x".repeat(Number(query.get("length") ?? 0)) });
      response.writeHead(Number(query.get("status") ?? 200), {
        "content-type": "application/json",
        ...(query.has("whole") ? { "content-length": body.length } : {}),
        ...said,
      });
      response.end(body);
    });
    const open = (path: string): [string, object] => [path, kept()];
    gateway = await protectedGateway(
      scope,
      {
        "x-portico": { backend: { url: `${backend.url}/api` } },
        paths: {
          ...Object.fromEntries(["/said", "/other"].map(open)),
          "/fresh": kept({ maxAge: "1h" }),
          "/pets/{id}": kept({ maxAge: "1h" }, { parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }] }),
          "/pets/mine": guarded(),
          "/tenants": kept({ maxAge: "1h" }, { parameters: [headerParameter("X-Tenant")] }),
          "/page": kept({ maxAge: "1h" }, {}, { cors: { origins: ["*"] } }),
          "/changed": kept(
            { maxAge: "1h" },
            {},
            {
              rewrite: { path: "/elsewhere", query: { set: { status: "203" }, remove: ["secret"] } },
              requestHeaders: { set: { "x-from": "gateway" }, remove: ["x-gone"] },
              responseHeaders: { set: { "x-made": "here" } },
            },
          ),
          "/slow": kept({ maxAge: "1h" }, {}, { timeout: "500ms" }),
          "/small": kept({ maxAge: "1h" }, {}, { compression: true }),
          "/guarded": { get: { security: [{ key: [] }], responses: { 200: { description: "ok" } } } },
          "/optional": guarded({}, { key: [] }),
          "/strict": kept({ maxAge: "1h" }, {}, { validation: { response: "enforce" }, timeout: "500ms" }),
          "/off": guarded(),
        },
        components: {
          securitySchemes: {
            key: { type: "apiKey", in: "header", name: "x-api-key" },
            other: { type: "apiKey", in: "header", name: "X-Other-Key" },
          },
        },
      },
      keySecurity("key", { alice: "key-of-alice" }),
    );
  });

  /** The body's count of requests, what RFC 9211's field says, and the answer. */
  const ask = async (target: string, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await gateway.get(target, headers);
    const body = /^\{/.test(answer.body) ? JSON.parse(answer.body) : {};
    return { ...answer, body, text: answer.body, status: answer.status, cached: answer.headers["cache-status"] };
  };
  const hit = "portico; hit";
  const miss = "portico; fwd=miss";

  /** Asks until the answer is one that was kept: it is written down a moment after the first one was given. */
  const askKept = (target: string, headers: Readonly<Record<string, string>> = {}) =>
    until(`${target} is answered from what is kept`, async () => {
      const answer = await ask(target, headers);
      return answer.cached === hit && answer;
    });

  /** Asks several times, each time with time enough to keep the answer before: no answer is one that was kept. */
  const assertNotKept = async (target: string, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
    for (let time = 0; time < 3; time++) {
      assert.equal((await ask(target, headers)).cached, miss, `${target}, time ${time + 1}`);
      // What is asked later is kept later.
      await askKept(`/said?cache-control=max-age=600&marker=${time}-${encodeURIComponent(target + JSON.stringify(headers))}`);
    }
  };

  it("are answered from what is kept while they are fresh, as their backend says, and with their age", async () => {
    const target = "/said?cache-control=max-age=60";
    const first = await ask(target);
    assert.deepEqual([first.status, first.cached, first.headers.age], [200, miss, undefined]);
    const again = await askKept(target);
    assert.deepEqual([again.status, again.headers["content-type"], again.body.path], [200, "application/json", `/api${target}`]);
    assert.match(again.headers.age ?? "", /^\d+$/);
    assert.notEqual(again.headers["x-request-id"], first.headers["x-request-id"]);
    const before = asked;
    for (let time = 0; time < 5; time++) await ask(target);
    assert.equal(asked, before, "the backend is asked no more");
  });

  it("are kept for GET and used for HEAD, and for parts of them", async () => {
    const target = "/fresh?length=100";
    const whole = await askKept(target);
    const head = await gateway.get(`HEAD ${target}`);
    assert.deepEqual([head.status, head.headers["cache-status"], head.body], [200, hit, ""]);
    const part = await gateway.get(target, { range: "bytes=0-4" });
    assert.deepEqual([part.status, part.headers["cache-status"], part.body], [206, hit, whole.text.slice(0, 5)]);
  });

  it("are fresh for the time that the operation says where they do not say one, and good answers alone", async () => {
    assert.equal((await askKept("/fresh")).headers["cache-control"], "max-age=3600");
    assert.equal((await ask("/fresh?cache-control=no-store")).headers["cache-control"], "no-store");
    await assertNotKept("/fresh?cache-control=no-store");
    await assertNotKept("/fresh?cache-control=private");
    await assertNotKept("/fresh?expires=Thu,%2001%20Jan%201970%2000:00:00%20GMT");
    await assertNotKept("/fresh?status=404");
    await assertNotKept("/fresh?status=500");
    await assertNotKept("/said");
    assert.equal((await askKept("/said?status=404&cache-control=max-age=60")).status, 404);
  });

  it("are asked for anew where they are stale, and whole: what a backend says of them to one is for nobody else", async () => {
    const target = "/said?cache-control=max-age=1&etag=%22one%22";
    const first = await askKept(target);
    const again = await until("another one is given", async () => {
      const answer = await ask(target);
      return answer.body.asked !== first.body.asked && answer;
    });
    assert.deepEqual([again.status, again.cached, again.body.headers["if-none-match"]], [200, miss, undefined]);
    // A client's own question goes through.
    const asked = await ask(target, { "if-none-match": '"one"' });
    assert.deepEqual([asked.status, asked.cached], [304, miss]);
    assert.equal(
      (await ask("/said?echo", { "if-none-match": '"other"', "portico-if-none-match": "mine" })).body.headers["if-none-match"],
      '"other"',
    );
  });

  it("are another one for another path, query, host or value of a header that they vary by, or that the document has", async () => {
    const targets = ["/fresh?a=1", "/fresh?a=2", "/pets/7", "/pets/8"];
    for (const target of targets) await askKept(target);
    for (const target of targets) assert.equal((await ask(target)).body.path, `/api${target}`);
    assert.equal((await ask("/pets/mine")).cached, undefined);
    const languages = "/fresh?vary=accept-language";
    for (const language of ["de", "fr"]) await askKept(languages, { "accept-language": language });
    assert.equal((await ask(languages, { "accept-language": "de" })).body.headers["accept-language"], "de");
    await assertNotKept("/fresh?vary=*");
    for (const tenant of ["one", "two"]) await askKept("/tenants", { "x-tenant": tenant });
    const own = await ask("/tenants", { "x-tenant": "two" });
    assert.deepEqual([own.cached, own.body.headers["x-tenant"], own.headers.vary], [hit, "two", "x-tenant,x-api-key,x-other-key"]);
    assert.equal((await ask("/tenants", { "x-tenant": "three" })).cached, miss);
    await askKept("/fresh?host");
    const elsewhere = await ask("/fresh?host", { host: "elsewhere.example" });
    assert.deepEqual([elsewhere.cached, elsewhere.body.headers["x-forwarded-host"]], [miss, "elsewhere.example"]);
  });

  it("are for everybody: what a credential, a cookie or a body comes with, and what sets a cookie, is nobody else's", async () => {
    await askKept("/fresh?own");
    await assertNotKept("/fresh?own", { authorization: "Bearer mine" });
    await assertNotKept("/fresh?own", { cookie: "session=mine" });
    await assertNotKept("/fresh?own", { "proxy-authorization": "mine" });
    await assertNotKept("/fresh?own", { "x-api-key": "key-of-alice" });
    await askKept("/fresh?own", { "x-other-key": "mine" });
    assert.equal((await ask("/fresh?own", { "x-other-key": "another" })).cached, miss);
    assert.equal((await gateway.get("/optional")).headers["cache-status"], undefined);
    await assertNotKept("/fresh?status=206&content-range=bytes%200-1/2");
    await assertNotKept("/said?status=206&cache-control=max-age=60");
    assert.equal((await ask("/said?set-cookie=a=b&cache-control=max-age=60")).headers["cache-control"], "max-age=60");
    await assertNotKept("/fresh?set-cookie=a=b");
    await assertNotKept("/fresh?set-cookie=a=b&cache-control=max-age=60");
    const before = asked;
    await send(gateway.port, { send: "GET /fresh?own", body: "{}", headers: { "content-length": "2" } });
    assert.equal(asked, before + 1);
    assert.equal((await gateway.get("/guarded", { "x-api-key": "key-of-alice" })).headers["cache-status"], undefined);
    assert.equal((await gateway.get("/off")).headers["cache-status"], undefined);
  });

  it("have headers that no client can choose for others", async () => {
    for (const name of [
      "x-forwarded-host",
      "x-forwarded-scheme",
      "x-forwarded-protocol",
      "x-original-url",
      "x-http-method-override",
      "portico-forwarded-for",
    ]) {
      const { body } = await ask(`/fresh?poison=${name}`, { [name]: "evil" });
      assert.ok(!JSON.stringify(body.headers).includes("evil"), name);
    }
  });

  it("are kept apart by what proxies of one's own say of the client's request", async () => {
    const behind = await protectedGateway(
      scope,
      { "x-portico": { backend: { url: backend.url } }, paths: { "/fresh": kept({ maxAge: "1h" }) } },
      [],
      { trustedHops: 1 },
    );
    const evil = { "x-forwarded-for": "192.0.2.1", "x-forwarded-host": "evil.example", "x-forwarded-prefix": "/evil" };
    await until("evil's is kept", async () => (await behind.get("/fresh", evil)).headers["cache-status"] === hit);
    const varied = await behind.get("/fresh?vary=accept-language", evil);
    assert.deepEqual([varied.headers.vary, (await behind.get("/fresh", evil)).headers.vary], ["accept-language", undefined]);
    assert.match((await behind.get("/fresh", evil)).body, /evil/);
    for (const headers of [
      {},
      { "x-forwarded-prefix": "/evil" },
      { "x-forwarded-host": "evil.example" },
      { "x-forwarded-proto": "https" },
    ]) {
      const answer = await behind.get("/fresh", headers);
      assert.equal(answer.headers["cache-status"], miss, JSON.stringify(headers));
    }
  });

  it("come from a backend that sees what it sees without a cache", async () => {
    const [one, other] = [await ask("/fresh?seen"), await ask("/off")];
    const without = ({ "x-request-id": _, ...headers }: Readonly<Record<string, string>>) => headers;
    assert.deepEqual(without(one.body.headers), without(other.body.headers));
    const { cached, body, headers } = await askKept("/changed?secret=1&b=2", { "x-gone": "1" });
    assert.deepEqual(
      [cached, body.path, body.headers["x-from"], body.headers["x-gone"]],
      [hit, "/api/elsewhere?b=2&status=203", "gateway", undefined],
    );
    assert.equal(headers["x-made"], "here");
  });

  it("are given to pages of each origin as the operation says, and compressed for who takes that", async () => {
    await askKept("/page", { origin: "https://one.example" });
    const other = await ask("/page", { origin: "https://other.example" });
    assert.deepEqual([other.cached, other.headers["access-control-allow-origin"]], [hit, "https://other.example"]);
    const target = "/small?length=5000";
    assert.equal((await askKept(target)).headers["content-encoding"], undefined);
    const small = await gateway.get(target, { "accept-encoding": "gzip" });
    assert.deepEqual([small.headers["cache-status"], small.headers["content-encoding"]], [hit, "gzip"]);
  });

  it("are errors in the gateway's form where a backend fails, and those are not kept", async () => {
    assertProblem(await gateway.get("/fresh?reset"), "502 backend-unreachable");
    assertProblem(await gateway.get("/fresh?reset"), "502 backend-unreachable");
    assertProblem(await gateway.get("/slow?hang"), "504 backend-timeout");
    // What is held against the document is a backend's answer alone.
    assertProblem(await gateway.get("/strict?hang"), "504 backend-timeout");
    assertProblem(await gateway.get("/strict?reset"), "502 backend-unreachable");
    assert.equal((await gateway.get("/slow?hang")).headers["portico-own-answer"], undefined);
  });

  it("are whole for each of many clients at once, however large", async () => {
    const target = "/fresh?length=1000000";
    const all = await Promise.all(Array.from({ length: 50 }, () => ask(target)));
    assert.deepEqual([...new Set(all.map(({ status, text }) => (status === 200 ? 200 : text)))], [200]);
    assert.deepEqual([...new Set(all.map(({ body }) => body.pad.length))], [1_000_000]);
    assert.equal((await askKept(target)).body.pad.length, 1_000_000);
    const most = 8 * 1024 * 1024;
    assert.equal((await ask(`/fresh?length=${most - 2000}`)).body.pad.length, most - 2000);
    for (const whole of ["", "whole&"]) assertProblem(await gateway.get(`/fresh?${whole}length=${most * 2}`), "502 response-too-large");
  });
});
