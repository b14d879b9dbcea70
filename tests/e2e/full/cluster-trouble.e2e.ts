import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { startApiProxy } from "./api-proxy.ts";
import { startOperator } from "./operator-process.ts";

const backend = (url = "http://store.example"): object => objectOf("TargetEndpoint", "store", { url });
const api = (name: string, spec: object = {}): object => apiOf(name, { replicas: 0, ...spec });
const ready = (namespace: Namespace, name: string): Promise<void> => namespace.condition(`api/${name}`, "Ready", 120);

async function begin(t: TestContext) {
  const proxy = await startApiProxy(t);
  const namespace = await makeNamespace(t);
  const operator = await startOperator(t, proxy.url, randomBytes(4).toString("hex"));
  await operator.idle();
  return { proxy, namespace, operator };
}

const status = (code: number, reason: string) => ({ apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message: reason });

describe("an operator whose cluster is in trouble", { timeout: 600_000 }, () => {
  it("goes on where it is told to wait (429), and where somebody else wrote before (409)", async (t) => {
    const { proxy, namespace, operator } = await begin(t);
    let [busy, conflicts] = [20, 10];
    proxy.decide(({ write }) => {
      if (write === undefined || write.endsWith("leases")) return { kind: "passes" };
      if (busy-- > 0) return { kind: "answered", status: 429, headers: { "retry-after": "1" }, body: status(429, "TooManyRequests") };
      return conflicts-- > 0 ? { kind: "answered", status: 409, body: status(409, "Conflict") } : { kind: "passes" };
    });
    await namespace.apply(configMap("pets", pets), backend(), api("one"), api("two"));
    for (const name of ["one", "two"]) await ready(namespace, name);
    assert.ok(busy < 0 && conflicts < 0, `${busy} ${conflicts}`);
    assert.equal(operator.starts, 1);
  });

  it("lists anew where a watch is too old to go on, and misses nothing of what was changed meanwhile", async (t) => {
    const { proxy, namespace, operator } = await begin(t);
    await namespace.apply(configMap("pets", pets), backend(), api("one"), api("two"));
    for (const name of ["one", "two"]) await ready(namespace, name);
    proxy.decide(({ path, write }) =>
      write === undefined && path.includes("watch=true") ? { kind: "breaks", when: "before" } : { kind: "passes" },
    );
    proxy.cut();
    await namespace.kubectl("delete", "api", "one");
    await namespace.apply(api("two", { version: "2.0.0" }), api("three"));
    const expired = new Set<string>();
    proxy.decide(({ path }) => {
      const [plural = ""] = path.split("?");
      if (!path.includes("watch=true") || expired.has(plural)) return { kind: "passes" };
      expired.add(plural);
      return { kind: "answered", status: 200, body: { type: "ERROR", object: status(410, "Expired") } };
    });
    await until("what was changed is done", async () => (await namespace.field("api/two", ".status.image")).includes(":2.0.0@"), 60_000);
    await ready(namespace, "three");
    assert.ok(expired.size > 5, [...expired].join(", "));
    await until(
      "what belonged to the one that is gone is gone",
      async () => !(await namespace.kubectl("get", "deployments", "--output=name")).includes("/one-"),
      60_000,
    );
    assert.equal(operator.starts, 1);
  });

  it("comes back by itself when the cluster was away for a minute", async (t) => {
    const { proxy, namespace, operator } = await begin(t);
    await namespace.apply(configMap("pets", pets), backend(), api("one"));
    await ready(namespace, "one");
    proxy.decide(() => ({ kind: "breaks", when: "before" }));
    proxy.cut();
    await namespace.apply(api("two"));
    await wait(60_000);
    proxy.decide(() => ({ kind: "passes" }));
    const began = performance.now();
    await ready(namespace, "two");
    t.diagnostic(`ready ${((performance.now() - began) / 1000).toFixed(1)} s after the cluster was back; started ${operator.starts} times`);
  });
});
