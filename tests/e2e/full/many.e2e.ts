import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { auditEvents, isWrite } from "../harness/audit.ts";
import { figure } from "../harness/figure.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { type ApiProxy, startApiProxy } from "./api-proxy.ts";
import { type OperatorProcess, startOperator } from "./operator-process.ts";

const sizes = [10, 100, 1000];
/** How many APIs go to the cluster at once, with one command. */
const batch = 500;
/** Those that are there beside the many. */
const others = ["seed", "secured"];

const versionsOnly = "--output=jsonpath={.items[*].metadata.resourceVersion}";

const readyCount = async (namespace: Namespace): Promise<number> => {
  const path = '--output=jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}';
  return (await namespace.kubectl("get", "apis", path)).split(" ").filter((status) => status === "True").length;
};

/**
 * What came by from now on, but for the lease and for other namespaces: those of tests that have ended are still on their way out. Watches are begun anew every few
 * minutes, whatever changes.
 */
function counting({ passed }: ApiProxy, { name }: Namespace) {
  const from = passed.length;
  const isOurs = (path: string): boolean => !/\/namespaces\/[^/?]/.test(path) || path.includes(`/namespaces/${name}/`);
  return () => {
    const since = passed.slice(from).filter(({ path }) => isOurs(path) && !/\/leases|[?&]watch=true/.test(path));
    return {
      writes: since.flatMap(({ write, path }) => (write === undefined ? [] : [`${write}: ${path}`])),
      requests: since.map(({ method, path }) => `${method} ${path}`),
    };
  };
}

/** Somebody whom the cluster's own log tells from all others, with a token for as long as the tests take. */
async function account(t: TestContext, namespace: Namespace) {
  const name = `many-${namespace.name}`;
  await namespace.kubectl("create", "serviceaccount", name);
  await namespace.kubectl(
    "create",
    "clusterrolebinding",
    name,
    "--clusterrole=cluster-admin",
    `--serviceaccount=${namespace.name}:${name}`,
  );
  t.after(async () => void (await namespace.kubectl("delete", "clusterrolebinding", name)));
  const token = (await namespace.kubectl("create", "token", name, "--duration=2h")).trim();
  return { token, username: `system:serviceaccount:${namespace.name}:${name}` };
}

/** What somebody has written since there were so many events in the cluster's own log, but for the lease and for other namespaces. */
async function writesSince(from: number, username: string, { name }: Namespace): Promise<readonly string[]> {
  const written = (await auditEvents(from)).filter((event) => event.user.username === username && isWrite(event));
  return written.flatMap(({ verb, objectRef }) =>
    objectRef?.resource === "leases" || (objectRef?.namespace ?? name) !== name
      ? []
      : [`${verb} ${objectRef?.resource} ${objectRef?.name}`],
  );
}

/** Adds APIs until there are so many. */
async function addMany(namespace: Namespace, there: number, size: number, spec: object): Promise<void> {
  for (let from = there; from < size; from += batch) {
    const names = Array.from({ length: Math.min(batch, size - from) }, (_, index) => `many-${from + index}`);
    await namespace.apply(...names.map((name) => objectOf("API", name, spec)));
  }
}

/** What one change of an API costs. */
async function oneChange(namespace: Namespace, proxy: ApiProxy, operator: OperatorProcess) {
  const count = counting(proxy, namespace);
  const labels = `{"spec":{"resources":{"requests":{"cpu":"${10 + (Math.floor(performance.now()) % 900)}m"}}}}`;
  await namespace.kubectl("patch", "api", "many-0", "--type=merge", `--patch=${labels}`);
  const generation = await namespace.field("api/many-0", ".metadata.generation");
  await until(
    "it is done",
    async () => (await namespace.field("api/many-0", ".status.observedGeneration")) === generation && (await readyCount(namespace)) >= 1,
    60_000,
  );
  await operator.idle();
  return count();
}

/** `apply deployments, 2 status apis`. */
function grouped(writes: readonly string[]): string {
  const byKind = Map.groupBy(writes, (write) => write.split(":", 1)[0] ?? "");
  return [...byKind].map(([kind, all]) => (all.length === 1 ? kind : `${all.length} ${kind}`)).join(", ");
}

/** A certificate of the tests' own, as a Secret that an API uses. */
async function certificate(name: "localhost" | "other"): Promise<object> {
  const read = (file: string): Promise<string> => readFile(new URL(`../../fixtures/certificates/${file}`, import.meta.url), "utf8");
  const stringData = { "tls.crt": await read(`${name}.pem`), "tls.key": await read(`${name}.key`) };
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "certificate" }, type: "kubernetes.io/tls", stringData };
}

/** What a change of the Secret costs that one API uses. */
async function secretChange(namespace: Namespace, proxy: ApiProxy, operator: OperatorProcess, secret: object) {
  const mounted = (): Promise<string> => namespace.field("deployment/secured-gateway", ".metadata.annotations.portico\\.dev/mounted");
  const before = await mounted();
  const count = counting(proxy, namespace);
  await namespace.apply(secret);
  await until("its API has it", async () => (await mounted()) !== before, 60_000);
  await operator.idle();
  return count();
}

describe("an operator of many APIs", { timeout: 1_500_000 }, () => {
  it("costs as much as they do, and one change the same however many there are; a new start writes nothing", async (t) => {
    const proxy = await startApiProxy(t);
    const namespace = await makeNamespace(t);
    const written = counting(proxy, namespace);
    const { token, username } = await account(t, namespace);
    const operator = await startOperator(t, proxy.url, randomBytes(4).toString("hex"), { token });
    await operator.idle();
    await namespace.apply(
      configMap("pets", pets),
      objectOf("TargetEndpoint", "store", { url: "http://store.example" }),
      apiOf("seed", { replicas: 0 }),
    );
    await namespace.condition("api/seed", "Ready", 60);
    const image = await namespace.field("api/seed", ".status.image");
    const inputHash = await namespace.field("api/seed", ".status.inputHash");
    const seed = (): Promise<string> => namespace.kubectl("get", "api/seed", "deployment/seed-gateway", versionsOnly);
    const seedBefore = await seed();
    const [first, other] = [await certificate("localhost"), await certificate("other")];
    await namespace.apply(first, objectOf("API", "secured", { image, inputHash, replicas: 0, expose: { tls: { name: "certificate" } } }));
    await namespace.condition("api/secured", "Ready", 60);
    const costs: { readonly writes: number; readonly requests: number }[] = [];
    let there = 0;
    for (const size of sizes) {
      const cpuBefore = (await operator.metric("process_cpu_seconds_total")) ?? 0;
      const began = performance.now();
      await addMany(namespace, there, size, { image, inputHash, replicas: 0 });
      there = size;
      await until(`all ${size} serve`, async () => (await readyCount(namespace)) === size + others.length, 600_000);
      await operator.idle();
      const seconds = (performance.now() - began) / 1000;
      const cpu = ((await operator.metric("process_cpu_seconds_total")) ?? 0) - cpuBefore;
      const memory = ((await operator.metric("process_resident_memory_bytes")) ?? 0) / 2 ** 20;
      await figure(
        t,
        `${size} APIs: until all are Ready, from the first apply`,
        `${seconds.toFixed(1)} s (${cpu.toFixed(1)} s of the operator's processor)`,
      );
      await figure(t, `${size} APIs: the operator's memory`, `${memory.toFixed(0)} MiB`);
      const change = await oneChange(namespace, proxy, operator);
      const cost = { writes: change.writes.length, requests: change.requests.length };
      await figure(t, `${size} APIs: one change of one`, `${cost.writes} writes, ${cost.requests} requests`);
      costs.push(cost);
      const touched = await secretChange(namespace, proxy, operator, costs.length % 2 === 1 ? other : first);
      await figure(
        t,
        `${size} APIs: one change of a Secret that one uses`,
        `${touched.writes.length} writes, ${touched.requests.length} requests: ${grouped(touched.writes)}`,
      );
      const ofOthers = touched.requests.filter((request) => /many-\d|\/seed/.test(request));
      assert.deepEqual(ofOthers, [], "no other API is read or written");
      assert.ok(touched.requests.length <= 2 * cost.requests, touched.requests.join("\n"));
      // What has come by may not be written down yet.
      const { length } = written().writes;
      await until("the cluster's own log has it all", async () => (await writesSince(0, username, namespace)).length >= length, 30_000);
      const known = (await auditEvents()).length;
      assert.ok((await writesSince(0, username, namespace)).length >= size, "the cluster's own log has what it wrote until now");

      const count = counting(proxy, namespace);
      const killed = performance.now();
      operator.kill();
      await until("it is started anew", () => operator.starts === costs.length + 1, 10_000);
      await operator.idle(300_000);
      const memoryAfter = ((await operator.metric("process_resident_memory_bytes")) ?? 0) / 2 ** 20;
      await figure(
        t,
        `${size} APIs: from a kill until all is looked at again`,
        `${((performance.now() - killed) / 1000).toFixed(1)} s, then ${memoryAfter.toFixed(0)} MiB`,
      );
      assert.deepEqual(count().writes, [], "a new start writes nothing");
      assert.deepEqual(await writesSince(known, username, namespace), [], "by the cluster's own log either");
    }
    for (const cost of costs) assert.deepEqual(cost, costs[0]);
    assert.equal(await seed(), seedBefore, "what is there beside the many is not written to");
  });
});
