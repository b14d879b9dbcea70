import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { serveHttp } from "../../testing/http-server.ts";
import { kubeconfigFor } from "../../testing/kubeconfig.ts";
import { folderWith, portico } from "./portico.ts";

const names = ["--registry", "registry.example/apis", "--base", "registry.example/gateway:1", "--namespace", "portico-system"];
const deployment = {
  metadata: { name: "portico-operator", namespace: "portico-system" },
  spec: { replicas: 1, template: { spec: { containers: [{ image: "operator:1", args: ["operator", "run", ...names] }] } } },
  status: { readyReplicas: 1 },
};

/** What is said of an operator whose pod is ready, by its lease when that is read for the first time, the second time and so on. */
async function status(t: TestContext, leaseAt: (turn: number) => object | undefined, ...more: readonly string[]) {
  let turn = 0;
  const answers: Readonly<Record<string, () => object | undefined>> = {
    "/apis/apps/v1/namespaces/portico-system/deployments/portico-operator": () => deployment,
    "/apis/coordination.k8s.io/v1/namespaces/portico-system/leases/portico-operator": () => leaseAt(turn++),
    "/apis/portico.dev/v1alpha1/apis": () => ({ metadata: { resourceVersion: "1" }, items: [] }),
  };
  const port = await serveHttp(t, ({ url = "" }, response) => {
    const found = answers[url.split("?")[0] ?? ""]?.();
    response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" }).end(JSON.stringify(found ?? {}));
  });
  const folder = await folderWith(t, { kubeconfig: kubeconfigFor(port) });
  return portico(["operator", "status", ...more], { env: { KUBECONFIG: `${folder}/kubeconfig` }, deadlineMs: 60_000 });
}

const lease = (agoMs: number, resourceVersion = "1", holderIdentity = "pod-1"): object => ({
  metadata: { name: "portico-operator", namespace: "portico-system", resourceVersion },
  spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: new Date(Date.now() - agoMs).toISOString().replace("Z", "000Z") },
});
const hourMs = 3_600_000;

describe("an operator's status", { concurrency: 2 }, () => {
  it("is that it works while its lease is renewed", async (t) => {
    const { code, stdout } = await status(t, () => lease(2_000));
    assert.equal(code, 0);
    assert.match(stdout, /^portico-system: the operator works\.$/m);
    assert.match(stdout, /^ +leader +pod-1$/m);
  });

  it("is that it does not where nobody leads", async (t) => {
    for (const leaseAt of [() => undefined, () => lease(0, "1", "")]) {
      const { code, stdout } = await status(t, leaseAt);
      assert.equal(code, 1);
      assert.match(stdout, /^portico-system: the operator does not work\.$/m);
    }
  });

  for (const [when, agoMs] of [
    ["long ago", hourMs],
    ["by a clock that was ahead", -hourMs],
  ] as const)
    it(`is that it does not where its lease was renewed ${when}, and is not any more`, async (t) => {
      const old = lease(agoMs);
      const { code, stdout } = await status(t, () => old);
      assert.equal(code, 1);
      assert.match(stdout, /^portico-system: the operator does not work: pod-1 has not said since 20\S+Z that it leads\.$/m);
    });

  it("is that it works where clocks differ and its lease is renewed", async (t) => {
    for (const agoMs of [hourMs, -hourMs]) {
      const { code, stdout } = await status(t, (turn) => lease(agoMs, turn < 2 ? "1" : "2"), "--json");
      assert.equal(code, 0);
      assert.equal(JSON.parse(stdout).works, true);
    }
  });
});
