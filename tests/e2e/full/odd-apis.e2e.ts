import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { startRealRegistry } from "../machine/real-registry.ts";
import { startApiProxy } from "./api-proxy.ts";
import { makeBystander } from "./bystander.ts";
import { startOperator } from "./operator-process.ts";

const backend = objectOf("TargetEndpoint", "store", { url: "http://store.example" });
const api = (name: string, spec: object = {}): object => apiOf(name, { replicas: 0, ...spec });
const ready = (namespace: Namespace, name: string): Promise<void> => namespace.condition(`api/${name}`, "Ready", 120);
const reasonOf = (namespace: Namespace, name: string): Promise<string> =>
  namespace.field(`api/${name}`, '.status.conditions[?(@.type=="Ready")].reason');

async function begin(t: TestContext) {
  const proxy = await startApiProxy(t);
  const namespace = await makeNamespace(t);
  const operator = await startOperator(t, proxy.url, randomBytes(4).toString("hex"));
  await operator.idle();
  const isUntouched = await makeBystander(t);
  await operator.idle();
  return { namespace, operator, isUntouched };
}

/** A document of so many operations, each of about 1,100 bytes. */
function large(operations: number): object {
  const description = "x".repeat(1000);
  const thing = { get: { description, responses: { 200: { description: "A thing." } } } };
  return { ...pets, paths: Object.fromEntries(Array.from({ length: operations }, (_, index) => [`/things/${index}`, thing])) };
}

describe("an operator whose people do odd things", { timeout: 600_000 }, () => {
  it("serves the others where a document is garbage, and the one when that is mended", async (t) => {
    const { namespace, isUntouched } = await begin(t);
    const garbage = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "garbage" }, data: { "swagger.json": '{"openapi": [[[' } };
    const names = ["a", "b", "c"];
    const odd = api("odd", { definition: [{ configMap: { name: "garbage" } }] });
    await namespace.apply(garbage, odd, configMap("pets", pets), backend, ...names.map((name) => api(name)));
    for (const name of names) await ready(namespace, name);
    assert.equal(await reasonOf(namespace, "odd"), "NotYaml");
    await namespace.apply(configMap("garbage", pets));
    await ready(namespace, "odd");
    await isUntouched();
  });

  it("takes an API of 1.4 MB, about the most that a cluster keeps (etcd: --max-request-bytes, 1.5 MiB)", async (t) => {
    const { namespace, isUntouched } = await begin(t);
    const operations = 1300;
    const inline = JSON.stringify(large(operations));
    await namespace.apply(backend, objectOf("API", "large", { definition: [{ inline }], builder: "layer", replicas: 0 }));
    await ready(namespace, "large");
    assert.equal(await namespace.field("api/large", ".status.operations"), String(operations));
    // Without kubectl's indentation.
    const kept = JSON.stringify(JSON.parse(await namespace.kubectl("get", "api", "large", "--output=json")));
    assert.ok(kept.length >= 1_400_000, String(kept.length));
    await isUntouched();
  });

  it("has done with a namespace that is deleted in the middle, and goes on with the others", async (t) => {
    const { namespace, operator, isUntouched } = await begin(t);
    const doomed = await makeNamespace(t);
    const names = Array.from({ length: 20 }, (_, index) => `doomed-${index}`);
    await doomed.apply(configMap("pets", pets), backend, ...names.map((name) => api(name)));
    await until("some are made", async () => (await doomed.kubectl("get", "deployments", "--output=name")).includes("doomed"), 60_000);
    await doomed.kubectl("delete", "namespace", doomed.name, "--wait=false");
    await namespace.apply(configMap("pets", pets), backend, api("after"));
    await ready(namespace, "after");
    await doomed.kubectl("wait", "--for=delete", `namespace/${doomed.name}`, "--timeout=120s");
    await operator.idle();
    assert.equal(operator.starts, 1);
    await isUntouched();
    await doomed.kubectl("create", "namespace", doomed.name);
  });

  it("waits for a registry that is away, says so, and goes on by itself", async (t) => {
    const registry = await startRealRegistry(t);
    const proxy = await startApiProxy(t);
    const namespace = await makeNamespace(t);
    const operator = await startOperator(t, proxy.url, "pets", { host: registry.host });
    await operator.idle();
    await namespace.apply(configMap("pets", pets), backend, api("steady"));
    await ready(namespace, "steady");
    registry.process.kill("SIGSTOP");
    await namespace.apply(api("pets"));
    await until("it says so", async () => (await reasonOf(namespace, "pets")) === "RegistryUnreachable", 90_000);
    await namespace.apply(api("steady", { resources: { requests: { cpu: "20m" } } }));
    const generation = await namespace.field("api/steady", ".metadata.generation");
    const isDone = async (): Promise<boolean> => (await namespace.field("api/steady", ".status.observedGeneration")) === generation;
    await until("another API changes meanwhile", async () => (await isDone()) && (await reasonOf(namespace, "steady")) === "Ready", 60_000);
    registry.process.kill("SIGCONT");
    await ready(namespace, "pets");
    assert.equal(operator.starts, 1);
  });
});
