import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { echoObjects, rolledOut } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { figure } from "../harness/figure.ts";
import { loadFrom } from "../harness/load.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { installOperator } from "../harness/operator.ts";

const updates = 10;

describe("a gateway under load", { timeout: 1_500_000 }, () => {
  it(`loses no request over ${updates} rolling updates, in HTTP/1.1 and HTTP/2`, async (t) => {
    const ending = endings();
    t.after(ending.run);
    await installOperator(ending);
    const namespace = await makeNamespace(t);
    const backend = objectOf("TargetEndpoint", "store", { url: `http://echo.${namespace.name}` });
    const document = (milliseconds: number): object =>
      configMap("pets", { ...pets, "x-portico": { backend: "store", timeout: `${milliseconds}ms` } });
    const name = `rolling-${randomBytes(3).toString("hex")}`;
    await namespace.apply(document(5000), ...echoObjects("echo"), ...echoObjects("client"), backend, apiOf(name, { replicas: 2 }));
    await namespace.condition(`api/${name}`, "Ready", 120);
    for (const deployment of ["echo", "client"]) await rolledOut(namespace, deployment);
    const load = await loadFrom(t, namespace, "client", `http://${name}-gateway/pets/7`);
    const image = (): Promise<string> => namespace.field(`api/${name}`, ".status.image");
    const reason = (): Promise<string> => namespace.field(`api/${name}`, '.status.conditions[?(@.type=="Ready")].reason');
    const seen = new Set([await image()]);
    for (let update = 1; update <= updates; update++) {
      await namespace.apply(document(5000 + update));
      await until(`update ${update} serves`, async () => !seen.has(await image()) && (await reason()) === "Ready", 180_000);
      seen.add(await image());
    }
    await load.more(50);
    const { requests, failures } = await load.stop();
    await figure(t, `${updates} rolling updates under load`, `${requests} requests, ${failures.length} failed`);
    assert.deepEqual(failures.slice(0, 5), []);
  });
});
