import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ServedApi, serveApi } from "../../testing/served-api.ts";

const document = (title = "Pets") => ({
  openapi: "3.1.0",
  info: { title, version: "1" },
  servers: [{ url: "http://own.test" }],
  paths: {
    "/pets": { get: { "x-portico": { backend: "store" }, security: [{ key: [] }], responses: { 204: {} } } },
    "/own": { get: { security: [], responses: { 204: {} } } },
  },
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
});
const definitionOf = (title?: string): object => ({ definition: [{ inline: JSON.stringify(document(title)) }] });
const wrong = { definition: [{ inline: "{" }] };
const key = { type: "apiKey", apiKey: { keys: { name: "clients" } } };
const at = (host: string, more: object = {}): object => ({ url: `http://${host}:8080`, ...more });
const secrets = { clients: { alice: "key-of-alice" }, shown: { token: "token-of-the-gateway" } };

const serve = (): Promise<ServedApi> => serveApi(definitionOf(), { key }, secrets, { store: at("old.test") });

/** Where what serves sends requests to. */
const hosts = (served: ServedApi, nth = 0): readonly string[] =>
  ["own", "old", "new"].filter((name) => served.mounted("clusters.json", nth).includes(`"${name}.test"`));

const building = (served: ServedApi): void => {
  served.spec(definitionOf("Others"));
  served.image({ kind: "building" });
};
const wrongAndAway = (served: ServedApi): void => {
  served.spec(wrong);
  served.registryAway();
};

describe("the backends of an API that serves, while what it asks for cannot be had", () => {
  const states: readonly (readonly [how: string, into: (served: ServedApi) => void])[] = [
    ["its document is wrong", (served) => served.spec(wrong)],
    ["its image is being built", building],
    ["its document is wrong, the registry is away", wrongAndAway],
  ];
  for (const [how, into] of states)
    it(`are where their TargetEndpoints say now, and its document's own where they were: ${how}`, async () => {
      const served = await serve();
      assert.deepEqual(hosts(served), ["own", "old"]);
      into(served);
      served.endpoint("store", at("new.test"));
      await served.reconcile();
      assert.deepEqual(hosts(served), ["own", "new"]);
    });

  it("are shown a credential that they were not before", async () => {
    const served = await serve();
    served.spec(wrong);
    served.endpoint("store", at("new.test", { credentials: { bearer: { name: "shown" } } }));
    await served.reconcile();
    const [file = ""] = /backend-[0-9a-f]+\.credential\.json/.exec(served.mounted("clusters.json")) ?? [];
    assert.match(served.mounted(file), /token-of-the-gateway/);
  });

  it("stay where they are whose TargetEndpoint is gone, is wrong, or names a Secret that is not there, and hold up no key", async () => {
    for (const endpoint of [undefined, { url: "nowhere" }, at("new.test", { credentials: { bearer: { name: "gone" } } })]) {
      const served = await serve();
      served.spec(wrong);
      served.restart();
      served.endpoint("store", endpoint);
      served.secret("clients", { bob: "key-of-bob" });
      await served.reconcile();
      assert.deepEqual(hosts(served), ["own", "old"], JSON.stringify(endpoint));
      assert.match(served.mounted("keys.json"), /key-of-bob/);
    }
  });

  it("are followed of pods that serve beside new ones", async () => {
    const served = await serve();
    served.spec(definitionOf("Others"));
    served.rollout("progressing");
    await served.build();
    await served.reconcile();
    served.endpoint("store", at("new.test"));
    await served.reconcile();
    assert.deepEqual(
      [hosts(served, 0), hosts(served, 1)],
      [
        ["own", "new"],
        ["own", "new"],
      ],
    );
  });
});
