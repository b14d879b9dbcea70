import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mixtures, tokenSecurity } from "../../testing/mixtures.ts";
import { type ServedApi, serveApi } from "../../testing/served-api.ts";

it("an image is refused where its Securities believe more issuers than a gateway takes, and what is mounted stays", async () => {
  const { names, document } = mixtures(7);
  const securities = Object.fromEntries(names.map((name) => [name, tokenSecurity(1)] as const));
  const served = await serveApi({ definition: [{ inline: JSON.stringify(document) }] }, securities, {});
  served.ready({});
  await served.reconcile();
  assert.equal(served.reason("Accepted"), "Accepted");
  const before = served.mounted("tokens.json");
  for (const name of names) served.security(name, tokenSecurity(200));
  await served.reconcile();
  assert.equal(served.reason("Accepted"), "BadSecurity");
  assert.match(served.logged().join(), /127 mixtures/);
  assert.equal(served.mounted("tokens.json"), before);
});

describe("what is followed where a Security believes more issuers than a gateway takes", () => {
  /** An API that takes keys, or each mixture of tokens, once one Security has grown beyond the bound, and another believes nobody any more. */
  async function grown(restarts: boolean): Promise<ServedApi> {
    const { names, document } = mixtures(7);
    const taking = {
      ...document,
      ...{ paths: { ...document.paths, "/keys": { get: { security: [{ key: [] }], responses: { 204: {} } } } } },
      components: {
        securitySchemes: { ...document.components.securitySchemes, key: { type: "apiKey", in: "header", name: "x-key" } },
      },
    };
    const served = await serveApi(
      { definition: [{ inline: JSON.stringify(taking) }] },
      {
        ...Object.fromEntries(names.map((name) => [name, tokenSecurity(1)] as const)),
        ...{ s1: tokenSecurity(2), key: { type: "apiKey", apiKey: { keys: { name: "clients" } } } },
      },
      { clients: { alice: "key-of-alice", mallory: "key-of-mallory" } },
    );
    assert.ok(served.mounted("keys.json").includes("key-of-mallory") && served.mounted("tokens.json").includes("https://1.test"));
    if (restarts) served.restart();
    served.security("s0", { ...tokenSecurity(1000), blockedClients: ["mallory"] });
    served.security("s1", tokenSecurity(1));
    served.secret("clients", { alice: "key-of-alice" });
    await served.reconcile();
    assert.equal(served.reason("Accepted"), "BadSecurity");
    assert.ok(served.mounted("keys.json").includes("key-of-alice") && !served.mounted("keys.json").includes("key-of-mallory"));
    assert.ok(served.mounted("blocked.json").includes('"mallory"'));
    assert.ok(served.mounted("tokens.json").includes("https://0.test") && !served.mounted("tokens.json").includes("https://2.test"));
    return served;
  }

  it("are keys and issuers that are taken away: it believes those that it did", async () => {
    const served = await grown(false);
    assert.ok(!served.mounted("tokens.json").includes("https://1.test"));
    assert.match(served.logged().join(), /64384 issuers.*believes those issuers alone/);
  });

  it("are keys that are taken away where the operator does not know whom it believed: tokens alone are checked as before", async () => {
    const served = await grown(true);
    assert.ok(served.mounted("tokens.json").includes("https://1.test"));
    assert.match(served.logged().join(), /64384 issuers.*tokens\.json stays as it is mounted/);
  });
});
