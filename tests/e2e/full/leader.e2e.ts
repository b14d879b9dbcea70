import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { operatorName } from "../../../src/workloads/operator-object.ts";
import { until } from "../../../testing/until.ts";
import { components, waitForComponent } from "../cluster/components/components.ts";
import { endProcess, startProcess } from "../cluster/node.ts";
import { apiOf, configMap, pets, store } from "../harness/api.ts";
import { auditEvents, isWrite } from "../harness/audit.ts";
import { endings } from "../harness/endings.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { installOperator, type Operator } from "../harness/operator.ts";
import { reportFailures } from "../harness/report.ts";
import { findE2eCluster } from "../machine/e2e-cluster.ts";

const podName = "authentication.kubernetes.io/pod-name";

/** What a pod of the operator wrote, by the cluster's own log. */
async function writesOf(pod: string): Promise<readonly string[]> {
  return (await auditEvents())
    .filter((event) => event.user.username.endsWith(`:${operatorName}`) && event.user.extra[podName]?.includes(pod) && isWrite(event))
    .map(({ verb, objectRef, responseStatus }) => `${verb} ${objectRef?.resource} ${responseStatus?.code}`);
}

/** The process of a pod, as this machine numbers it: the cluster's nodes are on it. */
const processOf = (pod: string): number =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOSTNAME=${pod}`) &&
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("portico.js")
        );
      } catch {
        return false;
      }
    }) ?? assert.fail(`${pod} has no process`);

describe("two operators", { timeout: 600_000 }, () => {
  const ending = endings();
  let operator: Operator;
  before(async () => {
    operator = await installOperator(ending);
  });
  after(ending.run);
  reportFailures([
    { what: "the operator's log", ask: () => operator.namespace.kubectl("logs", `deployment/${operatorName}`, "--tail=100") },
  ]);

  it("one that leads and stands still is followed by the other within 20 seconds, and writes nothing when it goes on", async (t) => {
    const system = operator.namespace;
    const leader = (): Promise<string> => system.field(`lease/${operatorName}`, ".spec.holderIdentity");
    await system.kubectl("scale", `deployment/${operatorName}`, "--replicas=2");
    await system.kubectl("rollout", "status", `deployment/${operatorName}`, "--timeout=60s");
    const still = await leader();
    const pid = processOf(still);
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", pets), store, apiOf("before"));
    await namespace.condition("api/before", "Ready", 60);
    // It stands still in the middle of a build, which the other one goes on with.
    await namespace.apply(apiOf("built", { builder: "kaniko", replicas: 0 }));
    await until("its build runs", async () => /./.test(await operator.builds.kubectl("get", "jobs", "--output=name")), 60_000);
    process.kill(pid, "SIGSTOP");
    const began = performance.now();
    await namespace.apply(apiOf("meanwhile"));
    await until("the other one leads", async () => ![still, ""].includes(await leader()), 25_000);
    const seconds = (performance.now() - began) / 1000;
    t.diagnostic(`the other one leads after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 20, String(seconds));
    await namespace.condition("api/meanwhile", "Ready", 120);
    const writes = await writesOf(still);
    assert.ok(writes.length > 0, "the log has what it wrote before");
    process.kill(pid, "SIGCONT");
    await until(
      "it ends, and is started anew",
      async () => Number(await system.field(`pod/${still}`, ".status.containerStatuses[0].restartCount")) > 0,
      60_000,
    );
    await namespace.condition("api/built", "Ready", 240);
    // A lease that is not its own any more it may try to write, and is refused.
    const since = (await writesOf(still)).slice(writes.length).filter((write) => write !== "update leases 409");
    assert.deepEqual(since, []);
    assert.notEqual(await leader(), still);
  });

  it("gateways serve while the cluster's API is away for a minute, and what is asked for then is done without a hand", async (t) => {
    const e2e = await findE2eCluster();
    const apiserver = components(e2e.kubernetes).find(({ name }) => name === "kube-apiserver") ?? assert.fail();
    const namespace = await makeNamespace(t);
    await namespace.apply(configMap("pets", pets), store, apiOf("pets"));
    await namespace.condition("api/pets", "Ready", 60);
    const address = await namespace.field("service/pets-gateway", ".spec.clusterIP");
    const ask = async (): Promise<number> => {
      const answer = await fetch(`http://${address}/pets/7`);
      await answer.text();
      return answer.status;
    };
    // A Service answers a moment after its pod is ready.
    await until("its Service answers", async () => (await ask().catch(() => 0)) === 200, 10_000);
    await endProcess(e2e.node, apiserver.name);
    let answers = 0;
    try {
      const away = performance.now();
      while (performance.now() - away < 60_000) {
        assert.equal(await ask(), 200);
        answers++;
        await wait(100);
      }
    } finally {
      await startProcess(e2e.node, apiserver.name, apiserver.command);
      await waitForComponent(e2e.node, apiserver);
    }
    const back = performance.now();
    await namespace.apply(apiOf("after"));
    const since = (): string => ((performance.now() - back) / 1000).toFixed(1);
    await until(
      "the operator has made its Deployment",
      async () => (await namespace.kubectl("get", "deployments", "--output=name")).includes("/after-gateway"),
      60_000,
    );
    const made = since();
    // What Kubernetes' own controllers take until they look again is their part.
    await namespace.condition("api/after", "Ready", 120);
    t.diagnostic(
      `${answers} answers meanwhile; an API has its Deployment ${made} s after the cluster's API is back, and is Ready after ${since()} s`,
    );
  });
});
