import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parseAll } from "../../../src/text/parse.ts";
import { must } from "../../../testing/envoy.ts";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { rolledOut, statusFrom } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { portico } from "../harness/gateway.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { installOperator, type Operator } from "../harness/operator.ts";
import { testImage } from "../harness/target.ts";

const limited = (path: string, rateLimit: string) => [path, { get: { responses: {}, "x-portico": { rateLimit } } }] as const;
const document = { ...pets, paths: Object.fromEntries([limited("/pets", "daily"), limited("/exact", "exact")]) };

/** By the day, which is counted across gateways unless somebody says otherwise. */
const limits = [
  objectOf("RateLimiting", "daily", { type: "operation", requests: 10, unit: "day" }),
  objectOf("RateLimiting", "exact", { type: "operation", requests: 1000, unit: "day", onFailure: "closed" }),
];

/** The sample, with this cluster's images in place of the published ones. */
function sample(): readonly object[] {
  const text = readFileSync(fileURLToPath(new URL("../../../deploy/samples/ratelimit.yaml", import.meta.url)), "utf8");
  const here = text
    .replace(/envoyproxy\/ratelimit:\S+/, testImage("ratelimit"))
    .replace(/image: redis:\S+/, `image: ${testImage("redis")}`);
  return must(parseAll("ratelimit.yaml", here)).map(({ value }) => Object(value));
}

const reason = (namespace: Namespace, type: string): Promise<string> =>
  namespace.field("api/counted", `.status.conditions[?(@.type=="${type}")].reason`);

describe("gateways that count together", { timeout: 600_000 }, () => {
  const ending = endings();
  let operator: Operator;
  before(async () => {
    operator = await installOperator(ending);
  });
  after(ending.run);

  it("do so exactly, those of another namespace for themselves; without what counts, each limit does as it says", async (t) => {
    const [here, elsewhere, service] = [await makeNamespace(t), await makeNamespace(t), await makeNamespace(t)];
    const counted = [configMap("pets", document), ...limits, apiOf("counted", { replicas: 2 })];
    await here.apply(store, ...counted);
    await until("it says that nothing counts", async () => (await reason(here, "Accepted")) === "NoLimitsService", 60_000);

    await service.apply(...sample());
    for (const name of ["redis", "ratelimit"]) await rolledOut(service, name);
    await portico("operator", "upgrade", "--namespace", operator.namespace.name, "--ratelimit", `ratelimit.${service.name}.svc:8081`);
    await here.condition("api/counted", "Ready", 180);
    const backend = objectOf("TargetEndpoint", "store", { url: `http://store-backend.${here.name}:8080` });
    await elsewhere.apply(backend, ...counted);
    await elsewhere.condition("api/counted", "Ready", 120);

    /** The statuses of requests that go to the gateways in turn. */
    const statuses = async (namespace: Namespace, path: string, count: number): Promise<readonly number[]> => {
      const selector = "--selector=app.kubernetes.io/instance=counted";
      const addresses = (await namespace.kubectl("get", "pods", selector, "--output=jsonpath={.items[*].status.podIP}")).split(" ");
      assert.equal(addresses.length, 2);
      const found: number[] = [];
      for (let sent = 0; sent < count; sent++)
        found.push(await statusFrom(here, "store-backend", `http://${addresses[sent % 2]}:8080${path}`, {}));
      return found;
    };
    const isOk = (status: number): boolean => status === 200;
    assert.deepEqual(await statuses(here, "/pets", 13), [...Array.from({ length: 10 }, () => 200), 429, 429, 429]);
    assert.deepEqual(await statuses(elsewhere, "/pets", 2), [200, 200], "another namespace's count is its own");
    assert.deepEqual(await statuses(here, "/exact", 2), [200, 200]);

    await service.kubectl("scale", "deployment/ratelimit", "--replicas=0");
    await until("what is exact is refused", async () => (await statuses(here, "/exact", 2)).every((status) => status === 503), 60_000);
    assert.ok((await statuses(here, "/pets", 4)).every(isOk), "the other one lets everything through");
    await service.kubectl("scale", "deployment/ratelimit", "--replicas=1");
    await until("all is counted again", async () => (await statuses(here, "/exact", 2)).every(isOk), 90_000);
    assert.deepEqual(await statuses(here, "/pets", 2), [429, 429], "nothing was forgotten");
  });
});
