import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { auditEvents } from "../harness/audit.ts";
import { statusFrom } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { registryOptions } from "../harness/gateway.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { install, installOperator, type Operator } from "../harness/operator.ts";
import { reportFailures } from "../harness/report.ts";
import { target, testImage } from "../harness/target.ts";

const backend = objectOf("TargetEndpoint", "store", { url: "http://store.example" });
const api = (name: string): object => apiOf(name, { builder: "kaniko", replicas: 0 });

/** Takes a pod from where it runs, as who drains a node does (Kubernetes: "API-initiated Eviction"), without a time to end in. */
async function evict({ name: namespace }: Namespace, name: string): Promise<void> {
  const eviction = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name, namespace },
    deleteOptions: { gracePeriodSeconds: 0 },
  };
  const command = [...target.kubectl, "create", "--raw", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, "--filename=-"];
  await run(command, { input: JSON.stringify(eviction) });
}

describe("an operator whose builds fail", { timeout: 900_000 }, () => {
  const ending = endings();
  let operator: Operator;
  /** Where an API serves all the while. */
  let standing: Namespace;
  before(async () => {
    operator = await installOperator(ending);
    standing = await makeNamespace(ending);
    await standing.apply(configMap("pets", pets), store, apiOf("standing"));
    for (const object of ["api/standing", "te/store"]) await standing.condition(object, "Ready", 240);
  });
  after(ending.run);
  reportFailures([
    { what: "the operator's log", ask: () => operator.namespace.kubectl("logs", "deployment/portico-operator", "--tail=200") },
    { what: "the builds", ask: () => operator.builds.kubectl("describe", "jobs,pods") },
  ]);
  const said = (namespace: Namespace, field: "reason" | "message"): Promise<string> =>
    namespace.field("api/pets", `.status.conditions[?(@.type=="ImageReady")].${field}`);
  const assertOthersServe = async (): Promise<void> => {
    assert.equal(await statusFrom(standing, "store-backend", "http://standing-gateway/pets/7", {}), 200);
    assert.equal(await standing.field("api/standing", '.status.conditions[?(@.type=="Ready")].status'), "True");
  };
  const running = (): Promise<string> =>
    until(
      "a build runs",
      async () =>
        /^pod\/(\S+)/m.exec(await operator.builds.kubectl("get", "pods", "--field-selector=status.phase=Running", "--output=name"))?.[1],
      60_000,
    );

  it("says that the executor cannot be pulled while it waits, and builds with another one", async (t) => {
    await install(operator, ...registryOptions, "--executor", `${target.registry}/none:1`);
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", pets), backend, api("pets"));
    await until("it says why", async () => /ErrImagePull|ImagePullBackOff/.test(await said(namespace, "message")), 60_000);
    assert.equal(await said(namespace, "reason"), "Building");
    await assertOthersServe();
    await install(operator, ...registryOptions, "--executor", testImage("kaniko"));
    await namespace.condition("api/pets", "Ready", 180);
  });

  it("builds anew where the build's pod is evicted in the middle", async (t) => {
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", { ...pets, info: { title: "Pets", version: "2" } }), backend, api("pets"));
    await evict(operator.builds, await running());
    await until("it says so", async () => (await said(namespace, "reason")) === "BuildFailed", 60_000);
    await assertOthersServe();
    await namespace.condition("api/pets", "Ready", 180);
  });

  for (const [how, end] of [
    ["killed", ["delete", "pod", "--selector=app.kubernetes.io/name=portico-operator", "--grace-period=0", "--force"]],
    ["told to end", ["rollout", "restart", "deployment/portico-operator"]],
  ] as const)
    it(`goes on with the build of one that was ${how} in the middle of it, and leaves nothing behind`, async (t) => {
      const namespace = await makeNamespace(t);
      const before = (await auditEvents()).length;
      await namespace.apply(
        configMap("pets", { ...pets, info: { title: "Pets", version: how.replaceAll(" ", "-") } }),
        backend,
        api("pets"),
      );
      const job = (await running()).replace(/-[^-]+$/, "");
      await operator.namespace.kubectl(...end);
      await namespace.condition("api/pets", "Ready", 240);
      const made = (await auditEvents(before)).filter(({ verb, objectRef }) => verb === "create" && objectRef?.resource === "jobs");
      assert.equal(made.filter(({ responseStatus }) => responseStatus?.code === 201).length, 1, "one Job was made");
      await until(
        "nothing of it is left",
        async () => !(await operator.builds.kubectl("get", "jobs,pods,configmaps,secrets", "--output=name")).includes(job),
        60_000,
      );
      await assertOthersServe();
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
    await assertOthersServe();
    await operator.builds.kubectl("delete", "limitrange", "little");
    await namespace.condition("api/pets", "Ready", 300);
  });
});
