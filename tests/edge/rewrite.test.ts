import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { guarded, keySecurity, protectedGateway } from "../security/protected-gateway.ts";

const rewritten = (rewrite: object, more: object = {}): object => ({ ...guarded(), "x-portico": { rewrite, ...more } });

describe("what a backend is asked for in place of what came", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = {
      "/users/{user}/orders/{order}": rewritten({ path: "/orders/{order}/of/{user}" }),
      "/fixed": rewritten({ path: "/else/where 100%" }),
      "/files/report-{year},{month}.json": rewritten({ path: "/{month}/{year}/report.json" }),
      "/1/2/3/4/5/6/7/8/9/{last}": rewritten({ path: "/{last}" }),
      "/v{version}/pets": rewritten({ path: "/{version}/pets" }),
      "/query": rewritten({ query: { remove: ["debug", "a b"], set: { format: "j son%&=+", kept: "1" } } }),
      "/views?view=public": rewritten({ query: { remove: ["view"] } }, { responseHeaders: { set: { "x-view": "public" } } }),
      "/views": { get: { ...Object(guarded({ key: [] })).get, "x-portico": { responseHeaders: { set: { "x-view": "guarded" } } } } },
      "/lists": rewritten({ query: { set: { view: "full" } } }, { responseHeaders: { set: { "x-view": "plain" } } }),
      "/lists?view=full": {
        get: { ...Object(guarded({ key: [] })).get, "x-portico": { responseHeaders: { set: { "x-view": "guarded" } } } },
      },
      "/both/{id}": rewritten({ path: "/b/{id}/{id}", query: { set: { v: "2" } } }),
      "/keyed": {
        get: { ...Object(guarded({ key: [] })).get, "x-portico": { rewrite: { path: "/k", query: { remove: ["key"] } } } },
      },
    };
    const components = { securitySchemes: { key: { type: "apiKey", in: "query", name: "key" } } };
    gateway = await protectedGateway(
      scope,
      { components, paths },
      keySecurity("key", { alice: "key-of-alice" }, { locations: [{ query: "key" }] }),
    );
  });
  /** What the backend was asked for. */
  const seen = async (target: string): Promise<string> => {
    const { status } = await gateway.get(target);
    assert.equal(status, 200, target);
    return gateway.backend.received.at(-1)?.path ?? "";
  };

  it("has parameters of the path where it says, as they were written", async () => {
    assert.equal(await seen("/users/ann%20b/orders/7?x=1"), "/orders/7/of/ann%20b?x=1");
    assert.equal(await seen("/users/%22)%25/orders/a.b;c"), "/orders/a.b;c/of/%22)%25");
    assert.equal(await seen("/files/report-2026%2c11.json"), "/11/2026/report.json");
    assert.equal(await seen("/files/report-2026,11.json"), "/11/2026/report.json");
    assert.equal(await seen("/1/2/3/4/5/6/7/8/9/ten"), "/ten");
  });

  it("never leads elsewhere by dots that stood beside text", async () => {
    assert.equal(await seen("/v1.0/pets"), "/1.0/pets");
    assert.equal(await seen("/v..1/pets"), "/..1/pets");
    for (const dots of [".", "..", "%2e%2e", ".%2E"]) assert.equal(await seen(`/v${dots}/pets`), "/-/pets", dots);
  });

  it("may be a path without parameters, and stays one whatever is asked for", async () => {
    assert.equal(await seen("/fixed"), "/else/where%20100%25");
    assert.equal(await seen("/fixed?a=%2e%2e/"), "/else/where%20100%25?a=%2e%2e/");
  });

  it("has parameters of the query taken out, however they are written, and set, each once", async () => {
    const set = "format=j%20son%25%26%3D%2B&kept=1";
    assert.equal(await seen("/query?a=1&debug=2&format=x&debug&a%20b=3&format=y&b"), `/query?a=1&b&${set}`);
    assert.equal(await seen("/query?%64ebug=1&a+b=2&f%6frmat&a%20b=&debug%31=%64ebug"), `/query?debug%31=%64ebug&${set}`);
    assert.equal(await seen("/query"), `/query?${set}`);
    assert.equal(await seen("/both/7?v=1"), "/b/7/7?v=2");
  });

  it("has the rest of the query as it came", async () => {
    const rest = "x=%26debug%3D1&y=%23&z==&w=%zz&u=a+b?c/d%20&%";
    assert.equal(await seen(`/keyed?${rest}&key=key-of-alice`), `/k?${rest}`);
    assert.equal(await seen("/query?&&a&&"), "/query?a&format=j%20son%25%26%3D%2B&kept=1");
  });

  it("is another one, and the operation is still the one that was asked for", async () => {
    const viewOf = async (target: string) => {
      const { status, headers } = await gateway.get(target);
      return [status, headers["x-view"], gateway.backend.received.at(-1)?.path];
    };
    assert.deepEqual(await viewOf("/views?view=public&a=1"), [200, "public", "/views?a=1"]);
    assert.equal((await gateway.get("/views")).status, 401);
    assert.deepEqual(await viewOf("/lists"), [200, "plain", "/lists?view=full"]);
    assert.equal((await gateway.get("/lists?view=full")).status, 401);
  });

  it("is changed behind what looks for a credential", async () => {
    assert.equal(await seen("/keyed?key=key-of-alice&a=1"), "/k?a=1");
    assert.equal((await gateway.get("/keyed")).status, 401);
  });
});
