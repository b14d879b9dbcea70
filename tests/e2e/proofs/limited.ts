import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { statusFrom } from "../harness/echo.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";

const document = {
  ...pets,
  paths: { ...pets.paths, "/pets": { get: { operationId: "listPets", responses: {}, "x-portico": { rateLimit: "few" } } } },
};

/** By the hour: no bucket fills up while a test runs. */
const few = (requests: number): object => objectOf("RateLimiting", "few", { type: "operation", requests, unit: "hour" });

const reason = (namespace: Namespace, type: string): Promise<string> =>
  namespace.field("api/limited", `.status.conditions[?(@.type=="${type}")].reason`);

/** A limit comes after the API that names it, and is another one later: a policy, which makes another image by itself. */
export async function limitedByARateLimiting(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const status = (path: string): Promise<number> => statusFrom(namespace, "store-backend", `http://limited-gateway${path}`, {});
  const image = (): Promise<string> => namespace.field("api/limited", ".status.image");
  await namespace.apply(configMap("pets", document), store, apiOf("limited", { rateLimit: [{ name: "Bronze" }] }));
  await until("it misses the limit", async () => (await reason(namespace, "ResolvedRefs")) === "UnknownLimit", 30_000);
  await namespace.apply(few(3));
  await namespace.condition("api/limited", "Ready", 120);
  const first = await image();
  for (const expected of [200, 200, 200, 429, 429]) assert.equal(await status("/pets"), expected);
  assert.equal(await status("/pets/7"), 200, "the API's own limit counts for what names none");
  await until("it is said who uses it", async () => (await namespace.field("ratelimiting/few", ".status.users")) === "1", 30_000);

  await namespace.apply(few(5));
  await until("a new image serves", async () => (await image()) !== first && (await reason(namespace, "Ready")) === "Ready", 120_000);
  const gateways = async (): Promise<number> =>
    (await namespace.kubectl("get", "pods", "--output=name")).split("\n").filter((name) => name.includes("limited-gateway")).length;
  await until("the new pod alone is left", async () => (await gateways()) === 1, 90_000);
  for (const expected of [200, 200, 200, 200, 200, 429]) assert.equal(await status("/pets"), expected);
}
