import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { startApiProxy } from "./api-proxy.ts";
import { makeBystander } from "./bystander.ts";
import { startOperator } from "./operator-process.ts";

const backend = (url = "http://store.example"): object => objectOf("TargetEndpoint", "store", { url });
const api = (name: string, spec: object = {}): object => apiOf(name, { replicas: 0, ...spec });
const ready = (namespace: Namespace, name: string): Promise<void> => namespace.condition(`api/${name}`, "Ready", 120);

async function begin(t: TestContext) {
  const proxy = await startApiProxy(t);
  const namespace = await makeNamespace(t);
  const operator = await startOperator(t, proxy.url, randomBytes(4).toString("hex"));
  await operator.idle();
  const isUntouched = await makeBystander(t);
  await operator.idle();
  return { proxy, namespace, operator, isUntouched };
}

const status = (code: number, reason: string) => ({ apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message: reason });

describe("an operator whose cluster is in trouble", { timeout: 600_000 }, () => {
  it("goes on where it is told to wait (429), and where somebody else wrote before (409)", async (t) => {
    const { proxy, namespace, operator, isUntouched } = await begin(t);
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
    await isUntouched();
  });

  it("lists anew where a watch is too old to go on, and misses nothing of what was changed meanwhile", async (t) => {
    const { proxy, namespace, operator, isUntouched } = await begin(t);
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
    await isUntouched();
  });

  it("comes back by itself when the cluster was away for a minute", async (t) => {
    const { proxy, namespace, operator, isUntouched } = await begin(t);
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
    await isUntouched();
  });

  for (const [code, reason] of [
    [409, "Conflict"],
    [429, "TooManyRequests"],
    [500, "InternalError"],
  ] as const)
    it(`says of an API what the cluster answers for it (${code}), and goes on when it does not any more`, async (t) => {
      const { proxy, namespace, operator, isUntouched } = await begin(t);
      proxy.decide(({ write, path }) =>
        write === "apply deployments" && path.includes("/two-gateway")
          ? { kind: "answered", status: code, body: status(code, reason) }
          : { kind: "passes" },
      );
      await namespace.apply(configMap("pets", pets), backend(), api("one"), api("two"));
      await ready(namespace, "one");
      const said = (field: string): Promise<string> => namespace.field("api/two", `.status.conditions[?(@.type=="Programmed")].${field}`);
      await until("it says so", async () => (await said("message")).includes(reason), 60_000);
      assert.deepEqual([await said("status"), await said("reason")], ["False", "ClusterFailed"]);
      await namespace.apply(api("one", { version: "2.0.0" }));
      await until("another changes meanwhile", async () => (await namespace.field("api/one", ".status.image")).includes(":2.0.0@"), 60_000);
      proxy.decide(() => ({ kind: "passes" }));
      await ready(namespace, "two");
      assert.equal(operator.starts, 1);
      await isUntouched();
    });

  it("asks for metadata alone of what may be secret or large, and for bookmarks with each watch", async (t) => {
    const { proxy } = await begin(t);
    const lists = proxy.passed.filter(
      ({ method, path, write }) => method === "GET" && write === undefined && /[?&](watch|limit)=/.test(path),
    );
    for (const plural of ["secrets", "configmaps"]) {
      const forms = lists.filter(({ path }) => path.startsWith(`/api/v1/${plural}?`)).map(({ accept }) => accept);
      assert.ok(forms.length >= 2, plural);
      for (const form of forms) assert.match(form, /as=PartialObjectMetadata/, plural);
    }
    const watches = lists.filter(({ path }) => path.includes("watch=true"));
    assert.ok(watches.length > 8, String(watches.length));
    for (const { path } of watches) assert.match(path, /allowWatchBookmarks=true/);
  });
});
