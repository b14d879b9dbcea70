import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { components, restart } from "../cluster/components/components.ts";
import { inside } from "../cluster/node.ts";
import { echoObjects } from "../harness/echo.ts";
import { ofNamespace } from "../harness/questions.ts";
import { reportFailures } from "../harness/report.ts";
import { type E2eCluster, findE2eCluster } from "./e2e-cluster.ts";
import { ofNode } from "./questions.ts";

describe("a node whose processes crash", { timeout: 300_000 }, () => {
  let e2e: E2eCluster;
  before(async () => {
    e2e = await findE2eCluster();
  });

  const kubectl = (...args: readonly string[]): Promise<string> => e2e.kubectl(...args);
  reportFailures([...ofNamespace(kubectl), ...ofNode("e2e")]);
  const apply = (name: string): Promise<string> => e2e.apply(...echoObjects(name));
  const answers = (name: string): Promise<unknown> =>
    until(
      `the Deployment ${name} answers through its Service`,
      async () => {
        const address = await kubectl("get", `service/${name}`, "--output=jsonpath={.spec.clusterIP}");
        const received = await inside(e2e.node, ["curl", "--silent", "--max-time", "2", `http://${address}/after`]).catch(() => "");
        return received.includes('"path":"/after"');
      },
      60_000,
    );
  const crash = async (...names: readonly string[]): Promise<void> => {
    for (const component of components(e2e.kubernetes)) if (names.includes(component.name)) await restart(e2e.node, component);
  };

  it("kubelet and containerd: pods go on, and new ones start; then the apiserver: what watches it works on", async (t) => {
    t.after(async () => {
      await kubectl("delete", "deployment,service", "--all", "--wait=false");
    });
    await apply("first");
    await kubectl("rollout", "status", "deployment/first", "--timeout=60s");
    await answers("first");
    const pods = await kubectl("get", "pods", "--output=jsonpath={.items[*].metadata.uid}");
    await crash("containerd", "kubelet");
    await answers("first");
    assert.equal(await kubectl("get", "pods", "--output=jsonpath={.items[*].metadata.uid}"), pods, "the pod is the same");
    await apply("second");
    await kubectl("rollout", "status", "deployment/second", "--timeout=60s");
    await crash("kube-apiserver");
    await apply("third");
    await kubectl("rollout", "status", "deployment/third", "--timeout=60s");
    for (const each of ["first", "second", "third"]) await answers(each);
  });
});
