import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { requestFrom } from "../harness/echo.ts";
import { makeNamespace } from "../harness/namespace.ts";

const token = (value: string): object => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "token" }, stringData: { value } });

/** A backend is shown what a Secret holds, which comes after the API, and is another one later. */
export async function shownToBackends(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const document = { ...pets, "x-portico": { backend: "partner" } };
  const partner = objectOf("TargetEndpoint", "partner", {
    url: `http://store-backend.${namespace.name}:8080`,
    credentials: { bearer: { name: "token" } },
  });
  const why = (): Promise<string> => namespace.field("api/shown", '.status.conditions[?(@.type=="ResolvedRefs")].reason');
  await namespace.apply(configMap("pets", document), store, partner, apiOf("shown"));
  await until("it misses the Secret", async () => (await why()) === "MissingValue", 30_000);
  await namespace.apply(token("first-of-all"));
  await namespace.condition("api/shown", "Ready", 120);
  const seen = async (): Promise<string> => {
    const answer = await requestFrom(namespace, "store-backend", "http://shown-gateway/pets/7", { authorization: "Bearer of-a-client" });
    return JSON.parse(answer).headers.authorization;
  };
  assert.equal(await seen(), "Bearer first-of-all");
  const pods = (): Promise<string> => namespace.kubectl("get", "pods", "--output=name");
  const before = await pods();
  const began = performance.now();
  await namespace.apply(token("second-of-all"));
  await until("the other one is shown", async () => (await seen()) === "Bearer second-of-all", 60_000);
  t.diagnostic(`from the Secret's change to the first request with it: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  assert.equal(await pods(), before);
  const told = await namespace.kubectl("get", "apis,targetendpoints,events,configmaps", "--output=yaml");
  assert.doesNotMatch(told, /-of-all/);
}
