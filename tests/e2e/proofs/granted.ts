import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { requestFrom } from "../harness/echo.ts";
import { referenceGrant } from "../harness/gateway-api.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";

const why = (namespace: Namespace, field: string): Promise<string> =>
  namespace.field("api/granted", `.status.conditions[?(@.type=="ResolvedRefs")].${field}`);

/** An API whose backend and Security are of another namespace, which has to let it use them. */
export async function grantedByAnotherNamespace(t: TestContext): Promise<void> {
  const [shared, shop] = [await makeNamespace(t), await makeNamespace(t)];
  const partners = objectOf("Security", "partners", {
    type: "apiKey",
    apiKey: { keys: { name: "keys" }, locations: [{ header: "x-key" }] },
  });
  const keys = { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: { ann: "key-of-ann" } };
  await shared.apply(store, partners, keys);
  const document = { ...pets, "x-portico": { backend: { name: "store", namespace: shared.name } } };
  const security = [{ name: "partners", namespace: shared.name }];
  await shop.apply(configMap("pets", document), apiOf("granted", { security }));
  await until("it misses the grant", async () => (await why(shop, "reason")) === "UnknownBackend", 30_000);
  assert.match(await why(shop, "message"), /ReferenceGrant \(Gateway API\) from APIs of/);
  await shared.apply(referenceGrant("backends", shop.name, [{ kind: "TargetEndpoint", name: "store" }]));
  await until("it misses the Security's", async () => (await why(shop, "reason")) === "MissingSecurity", 30_000);
  await shared.apply(referenceGrant("securities", shop.name, [{ kind: "Security", name: "partners" }]));
  await shop.condition("api/granted", "Ready", 120);

  const ask = (key: string): Promise<string> =>
    requestFrom(shared, "store-backend", `http://granted-gateway.${shop.name}/pets/7`, { "x-key": key });
  assert.equal(JSON.parse(await ask("key-of-ann")).path, "/pets/7");
  assert.match(await ask("key-of-nobody"), /"status":401/);
  await shared.apply({ ...keys, stringData: { bob: "key-of-bob" } });
  await until("a new key counts", async () => /"path"/.test(await ask("key-of-bob")), 60_000);

  await shared.kubectl("delete", "referencegrant", "backends");
  await until("the grant is missed again", async () => (await why(shop, "reason")) === "UnknownBackend", 30_000);
  assert.match(await ask("key-of-bob"), /"path"/, "what serves goes on");
}
