import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { guarded, keySecurity, protectedGateway } from "../security/protected-gateway.ts";

describe("an operation that is being worked on", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const message = 'Back at 5 "sharp" %REQ(x)% {0}';
    gateway = await protectedGateway(
      scope,
      {
        components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
        paths: {
          "/plain": { ...guarded(), "x-portico": { maintenance: true } },
          "/said": { ...guarded(), "x-portico": { maintenance: { message, retryAfter: "90s" } } },
          "/guarded": { ...guarded({ key: [] }), "x-portico": { maintenance: true } },
          "/served": { ...guarded(), "x-portico": { maintenance: false, deprecation: "2026-07-01", sunset: "2027-01-31" } },
        },
      },
      keySecurity("key", { alice: "key-of-alice" }),
    );
  });

  it("answers 503 with what is said of it, and when to come again", async () => {
    const plain = await gateway.get("/plain");
    assert.deepEqual([plain.status, plain.headers["retry-after"]], [503, undefined]);
    const said = await gateway.get("/said");
    assert.deepEqual([said.status, said.headers["retry-after"], said.headers["content-type"]], [503, "90", "application/problem+json"]);
    const { type, detail } = JSON.parse(said.body);
    assert.deepEqual([type, detail], ["https://portico.dev/errors/maintenance", 'Back at 5 "sharp" %REQ(x)% {0}']);
    assert.equal(gateway.backend.received.length, 0);
  });

  it("says so only to whom it would serve", async () => {
    assert.equal((await gateway.get("/guarded")).status, 401);
    assert.equal((await gateway.get("/guarded", { "x-key": "key-of-alice" })).status, 503);
  });

  it("that is deprecated says since when, and until when it is there", async () => {
    const { status, headers } = await gateway.get("/served");
    assert.deepEqual([status, headers.deprecation, headers.sunset], [200, "@1782864000", "Sun, 31 Jan 2027 23:59:59 GMT"]);
  });
});
