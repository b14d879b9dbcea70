import assert from "node:assert/strict";
import { it } from "node:test";
import { mixtures, tokenSecurity } from "../../testing/mixtures.ts";
import { serveApi } from "../../testing/served-api.ts";

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
