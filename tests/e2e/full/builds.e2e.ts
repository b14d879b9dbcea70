import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { endings } from "../harness/endings.ts";
import { registryOptions } from "../harness/gateway.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { install, installOperator, type Operator } from "../harness/operator.ts";
import { reportFailures } from "../harness/report.ts";
import { target, testImage } from "../harness/target.ts";

const backend = objectOf("TargetEndpoint", "store", { url: "http://store.example" });
const api = (name: string): object => apiOf(name, { builder: "kaniko", replicas: 0 });

describe("an operator whose builds fail", { timeout: 900_000 }, () => {
  const ending = endings();
  let operator: Operator;
  before(async () => {
    operator = await installOperator(ending);
  });
  after(ending.run);
  reportFailures([
    { what: "the operator's log", ask: () => operator.namespace.kubectl("logs", "deployment/portico-operator", "--tail=200") },
    { what: "the builds", ask: () => operator.builds.kubectl("describe", "jobs,pods") },
  ]);
  const said = (namespace: Namespace, field: "reason" | "message"): Promise<string> =>
    namespace.field("api/pets", `.status.conditions[?(@.type=="ImageReady")].${field}`);
  const running = (): Promise<string> =>
    until(
      "a build runs",
      async () =>
        /^pod\/\S+/m.exec(await operator.builds.kubectl("get", "pods", "--field-selector=status.phase=Running", "--output=name"))?.[0],
      60_000,
    );

  it("says that the executor cannot be pulled while it waits, and builds with another one", async (t) => {
    await install(operator, ...registryOptions, "--executor", `${target.registry}/none:1`);
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", pets), backend, api("pets"));
    await until("it says why", async () => /ErrImagePull|ImagePullBackOff/.test(await said(namespace, "message")), 60_000);
    assert.equal(await said(namespace, "reason"), "Building");
    await install(operator, ...registryOptions, "--executor", testImage("kaniko"));
    await namespace.condition("api/pets", "Ready", 180);
  });

  it("builds anew where the build's pod is taken away in the middle", async (t) => {
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", { ...pets, info: { title: "Pets", version: "2" } }), backend, api("pets"));
    await operator.builds.kubectl("delete", await running(), "--grace-period=0", "--force");
    await until("it says so", async () => (await said(namespace, "reason")) === "BuildFailed", 60_000);
    await namespace.condition("api/pets", "Ready", 180);
  });

  it("says that a build had too little memory, and builds when there is enough", async (t) => {
    // With twice as much, the kernel reads the program anew again and again instead, until the build's time is over.
    const limits = { limits: [{ type: "Container", default: { memory: "12Mi" } }] };
    const limitRange = { apiVersion: "v1", kind: "LimitRange", metadata: { name: "little" }, spec: limits };
    await operator.builds.apply(limitRange);
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", { ...pets, info: { title: "Pets", version: "3" } }), backend, api("pets"));
    await until("it says so", async () => (await said(namespace, "reason")) === "BuildFailed", 120_000);
    assert.match(await said(namespace, "message"), /too little memory \(OOMKilled\)/);
    await operator.builds.kubectl("delete", "limitrange", "little");
    await namespace.condition("api/pets", "Ready", 300);
  });
});
