import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { loadFrom } from "../harness/load.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { installOperator } from "../harness/operator.ts";

describe("a TargetEndpoint of several groups", { timeout: 600_000 }, () => {
  const ending = endings();
  before(() => installOperator(ending));
  after(ending.run);

  it("is served by the next group while the first is away, and by the first again; no request fails", async (t) => {
    const namespace = await makeNamespace(t);
    const url = (name: string): string => `http://${name}.${namespace.name}`;
    const store = objectOf("TargetEndpoint", "store", {
      targets: [{ url: url("first") }, { url: url("second"), group: 1 }],
      retry: { attempts: 2 },
      healthCheck: { active: { path: "/ready", interval: "1s", healthyThreshold: 1, unhealthyThreshold: 1 } },
    });
    const echoes = ["first", "second", "client"].flatMap((name) => echoObjects(name));
    await namespace.apply(configMap("pets", pets), store, ...echoes, apiOf("pets"));
    await namespace.condition("api/pets", "Ready", 120);
    for (const name of ["first", "second", "client"]) await rolledOut(namespace, name);
    const host = async (): Promise<string> =>
      JSON.parse(await requestFrom(namespace, "client", "http://pets-gateway/pets/7")).headers?.host ?? "none";
    const served = (by: string): Promise<boolean> => until(`${by} serves`, async () => (await host()) === new URL(url(by)).host, 60_000);
    await served("first");
    const load = await loadFrom(t, namespace, "client", "http://pets-gateway/pets/7");
    for (const [replicas, by] of [
      [0, "second"],
      [1, "first"],
    ] as const) {
      await namespace.kubectl("scale", "deployment/first", `--replicas=${replicas}`);
      await served(by);
      await load.more(200);
    }
    const { failures, bodies } = await load.stop();
    assert.deepEqual(failures.slice(0, 5), []);
    assert.deepEqual(Object.keys(bodies).toSorted(), [new URL(url("first")).host, new URL(url("second")).host]);
  });
});
