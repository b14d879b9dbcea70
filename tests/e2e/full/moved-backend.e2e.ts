import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { loadFrom } from "../harness/load.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { installOperator } from "../harness/operator.ts";

const ready = (namespace: Namespace): Promise<string> => namespace.field("api/pets", '.status.conditions[?(@.type=="Ready")].reason');

/** Applies a change together with another backend in place of the one that was deployed, and waits until that is gone: no request fails, and pods stay until `image` is another one. */
async function moved(t: TestContext, { spec, change }: { readonly spec: object; readonly change: object }): Promise<Namespace> {
  const namespace = await makeNamespace(t);
  await namespace.apply(configMap("pets", pets), ...echoObjects("other"), store, apiOf("pets", { replicas: 2, ...spec }));
  await namespace.condition("api/pets", "Ready", 240);
  await rolledOut(namespace, "other");
  const host = async (): Promise<unknown> => JSON.parse(await requestFrom(namespace, "other", "http://pets-gateway/pets/7")).headers.host;
  assert.equal(await host(), `store-backend.${namespace.name}.svc:8080`);
  const load = await loadFrom(t, namespace, "other", "http://pets-gateway/pets/7");
  const elsewhere = objectOf("TargetEndpoint", "store", { url: `http://other.${namespace.name}` });
  await namespace.apply(configMap("pets", { ...pets, ...change }), elsewhere);
  await until("the other backend answers", async () => (await host()) === `other.${namespace.name}`, 30_000);
  const deployments = (): Promise<string> => namespace.kubectl("get", "deployments", "--output=name");
  await until("the first backend is gone", async () => !(await deployments()).includes("store-backend"), 120_000);
  await load.more(50);
  const { requests, failures } = await load.stop();
  t.diagnostic(`${requests} requests`);
  assert.deepEqual(failures.slice(0, 5), []);
  return namespace;
}

describe("a backend that was deployed, and is elsewhere now", { timeout: 900_000 }, () => {
  it("is asked there at once, and stays until it is, whatever else is in the same change", async (t) => {
    const ending = endings();
    t.after(ending.run);
    await installOperator(ending);
    const paths = { ...pets.paths, "/more": { get: { operationId: "more", responses: {} } } };
    const refused = await moved(t, { spec: {}, change: { paths } });
    assert.equal(await ready(refused), "TagConflict");
    const built = await moved(t, { spec: { builder: "kaniko" }, change: { "x-portico": { backend: "store", timeout: "3s" } } });
    await until("the new image serves", async () => (await ready(built)) === "Ready", 180_000);
  });
});
