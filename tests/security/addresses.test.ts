import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { addressesFile } from "../../src/compile/envoy/client-addresses.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { guarded, keySecurity, protectedGateway } from "./protected-gateway.ts";

const limited = (addresses: object, more: object = guarded()): object => ({ ...more, "x-portico": { addresses } });

/** Two proxies of one's own stand before this gateway: the second of the addresses that they write is the client's. */
const from = (client: string) => ({ "x-forwarded-for": `203.0.113.9, ${client}, 10.0.0.1` });

describe("clients' addresses", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  let alone: Awaited<ReturnType<typeof protectedGateway>>;
  const paths = {
    "/allowed": limited({ allow: ["192.0.2.0/24", "2001:db8::/32", "127.0.0.2"] }),
    "/denied": limited({ deny: ["192.0.2.7"] }),
    "/both": limited({ allow: ["192.0.2.0/24"], deny: ["192.0.2.128/25"] }),
    "/keyed": limited({ allow: ["192.0.2.1"] }, guarded({ key: [] })),
    "/inner": {
      "x-portico": { addresses: { deny: ["192.0.2.1"] } },
      get: { responses: {}, "x-portico": { addresses: { deny: ["192.0.2.2"] } } },
      post: { responses: {}, "x-portico": { mock: true } },
      put: { responses: { 201: { description: "made" } }, "x-portico": { mock: true, addresses: { deny: ["192.0.2.3"] } } },
    },
    "/everywhere": guarded(),
  };
  const document = { paths, components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } } };
  const resources = keySecurity("key", { alice: "key-of-alice" });
  before(async () => {
    gateway = await protectedGateway(scope, document, resources, { trustedHops: 2, addresses: { allow: [], deny: ["198.51.100.0/24"] } });
    alone = await protectedGateway(scope, document, resources);
  });
  const status = async (path: string, client: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await gateway.get(path, { ...from(client), ...headers })).status;

  it("are in ranges that are let in, and in none that are kept out", async () => {
    const tried = ["192.0.2.1", "192.0.2.7", "192.0.2.128", "192.0.3.1", "2001:db8::7", "2001:db9::7", "127.0.0.2", "127.0.0.3"];
    const all = (path: string): Promise<readonly number[]> => Promise.all(tried.map((client) => status(path, client)));
    assert.deepEqual(await all("/allowed"), [200, 200, 200, 403, 200, 403, 200, 403]);
    assert.deepEqual(await all("/denied"), [200, 403, 200, 200, 200, 200, 200, 200]);
    assert.deepEqual(await all("/both"), [200, 200, 403, 403, 403, 403, 403, 403]);
  });

  it("are looked at before credentials, and the answer says so", async () => {
    const key = { "x-key": "key-of-alice" };
    const refused = await gateway.get("/keyed", { ...from("192.0.2.2"), ...key });
    assert.deepEqual([refused.status, JSON.parse(refused.body).type], [403, "https://portico.dev/errors/address-refused"]);
    assert.deepEqual([await status("/keyed", "192.0.2.1"), await status("/keyed", "192.0.2.1", key)], [401, 200]);
  });

  it("are what the innermost level says, of mocked operations too", async () => {
    assert.deepEqual([await status("/inner", "192.0.2.1"), await status("/inner", "192.0.2.2")], [200, 403]);
    assert.deepEqual([await status("POST /inner", "192.0.2.1"), await status("POST /inner", "192.0.2.2")], [403, 200]);
  });

  it("change nothing else of an answer that is made from the document", async () => {
    const answer = await gateway.get("PUT /inner", from("192.0.2.1"));
    // Envoy's own answers of 201 have a Location, which a route takes out.
    assert.deepEqual([answer.status, answer.headers.location], [201, undefined]);
    assert.equal(await status("PUT /inner", "192.0.2.3"), 403);
  });

  it("are the connection's own where no proxy is trusted, whatever the client says", async () => {
    assert.equal((await alone.get("/allowed", from("192.0.2.1"))).status, 403);
    assert.equal((await alone.get("/denied", from("192.0.2.7"))).status, 200);
  });

  it("are kept out of all by the environment, whose lists change while requests come", async () => {
    assert.deepEqual([await status("/everywhere", "198.51.100.1"), await status("/none", "198.51.100.1")], [403, 403]);
    assert.equal(await status("/everywhere", "192.0.2.1"), 200);
    const before = gateway.backend.received.length;
    for (const [path, text] of addressesFile({ allow: ["192.0.2.0/24"], deny: [] })) {
      writeFileSync(join(gateway.envoy.folder, "next"), text);
      renameSync(join(gateway.envoy.folder, "next"), join(gateway.envoy.folder, path));
    }
    await until("the new list counts", async () => (await status("/everywhere", "203.0.113.1")) === 403, 1_000);
    assert.equal(await status("/everywhere", "192.0.2.1"), 200);
    assert.ok(gateway.backend.received.length > before);
  });
});
