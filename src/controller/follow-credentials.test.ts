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

describe("what is followed of an API that serves, while what it asks for cannot be had", () => {
  it("are addresses that are kept out", async () => {
    const served = await serve({ addresses: { deny: ["10.0.0.1"] } });
    served.spec({ ...wrong, addresses: { deny: ["10.0.0.1", "10.0.0.2"] } });
    await served.reconcile();
    assert.ok(served.mounted("addresses.json").includes('"10.0.0.2"'));
  });
});
