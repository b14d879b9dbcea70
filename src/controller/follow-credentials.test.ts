import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ServedApi, serveApi } from "../../testing/served-api.ts";

const document = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  servers: [{ url: "http://pets.test" }],
  paths: { "/pets": { get: { security: [{ key: [] }] } } },
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
};
const key = { type: "apiKey", apiKey: { keys: { name: "clients" } } };
const definition = [{ inline: JSON.stringify(document) }];
const wrong = { definition: [{ inline: "{" }] };

const serve = (fields: object = {}): Promise<ServedApi> =>
  serveApi({ definition, ...fields }, { key }, { clients: { alice: "key-of-alice", mallory: "key-of-mallory" } });

const isIn = (served: ServedApi, client: string): boolean => served.mounted("keys.json").includes(`key-of-${client}`);

/** Takes a client's key away, and says who is let in after that. */
async function withoutMallory(served: ServedApi): Promise<readonly string[]> {
  assert.ok(isIn(served, "mallory"));
  served.secret("clients", { alice: "key-of-alice" });
  await served.reconcile();
  return ["alice", "mallory"].filter((client) => isIn(served, client));
}

describe("what is followed of an API that serves, while what it asks for cannot be had", () => {
  it("are addresses that are kept out", async () => {
    const served = await serve({ addresses: { deny: ["10.0.0.1"] } });
    served.spec({ ...wrong, addresses: { deny: ["10.0.0.1", "10.0.0.2"] } });
    await served.reconcile();
    assert.ok(served.mounted("addresses.json").includes('"10.0.0.2"'));
  });

  const specs: readonly (readonly [string, object])[] = [
    ["asks for something that there is not yet", { definition, interceptors: [{ name: "one" }] }],
    ["contradicts itself", { definition, expose: { tls: { name: "t" }, httpRoute: { parentRefs: [{ name: "g" }] } } }],
    ["is no spec", { definition, expose: 7 }],
    ["names a TLS Secret that is gone", { definition, expose: { tls: { name: "gone" } } }],
  ];
  for (const [how, fields] of specs)
    it(`is a key that is taken away where the spec ${how}`, async () => {
      const served = await serve();
      served.spec(fields);
      assert.deepEqual(await withoutMallory(served), ["alice"]);
    });

  it("is a key that is taken away where the spec is wrong when the operator starts", async () => {
    const served = await serve();
    served.spec({ definition, expose: 7 });
    served.restart();
    assert.deepEqual(await withoutMallory(served), ["alice"]);
  });

  it("are addresses where the rest of the spec is wrong", async () => {
    const served = await serve({ addresses: { deny: ["10.0.0.1"] } });
    served.spec({ definition, expose: 7, addresses: { deny: ["10.0.0.1", "10.0.0.2"] } });
    await served.reconcile();
    assert.ok(served.mounted("addresses.json").includes('"10.0.0.2"'));
  });

  it("is a key that is taken away, again and again, where a new image cannot be pulled for want of the registry's Secret", async () => {
    const served = await serve();
    served.withoutRegistrySecret();
    served.spec({ definition: [{ inline: JSON.stringify({ ...document, info: { title: "Pets", version: "2" } }) }] });
    served.image({ kind: "there", reference: "registry.test/pets:2@sha256:2", madeWith: { toolkit: "1", base: undefined } });
    await served.reconcile();
    assert.deepEqual(await withoutMallory(served), ["alice"]);
  });
});
