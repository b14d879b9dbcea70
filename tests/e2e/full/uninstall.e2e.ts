import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { madeKinds } from "../../../src/apply/kubernetes/kinds.ts";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { portico, registryOptions } from "../harness/gateway.ts";
import { installGatewayApi } from "../harness/gateway-api.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { install, installOperator, type Operator } from "../harness/operator.ts";

const made = madeKinds(true).map(({ plural }) => plural);
const kinds = ["apis", "targetendpoints", "ratelimitings", "securities", "configmaps", ...made].join();

/** An API for which an object of each kind is made. */
const wide = apiOf("wide", {
  autoscaling: { minReplicas: 2, maxReplicas: 3, cpuPercent: 80 },
  expose: { hosts: ["wide.test"], ingress: { className: "none" }, httpRoute: { parentRefs: [{ name: "public" }] } },
});
const madeForWide = [
  ...["deployment.apps", "horizontalpodautoscaler.autoscaling", "httproute.gateway.networking.k8s.io"],
  ...["ingress.networking.k8s.io", "poddisruptionbudget.policy", "service"],
].map((kind) => `${kind}/wide-gateway`);

const names = async (namespace: Namespace, of = kinds): Promise<readonly string[]> =>
  (await namespace.kubectl("get", of, "--output=name")).split("\n").filter((name) => name !== "" && !name.includes("kube-root-ca"));

const answer = async (namespace: Namespace): Promise<string> =>
  JSON.parse(await requestFrom(namespace, "client", "http://pets-gateway/pets/7")).path;

describe("an operator that is taken out", { timeout: 600_000 }, () => {
  const ending = endings();
  let operator: Operator;
  before(async () => {
    // The operator looks at its start for what the cluster knows.
    await installGatewayApi(ending);
    operator = await installOperator(ending);
  });
  after(ending.run);

  it("leaves what people wrote and what serves, and takes up the same when it comes back; told so, it takes all of its own", async (t) => {
    const namespace = await makeNamespace(t);
    const limit = objectOf("RateLimiting", "many", { type: "api", requests: 1000, unit: "second", scope: "local" });
    const theirs = { apiVersion: "v1", kind: "Secret", metadata: { name: "theirs" }, stringData: { a: "b" } };
    await namespace.apply(configMap("pets", pets), theirs, store, limit, ...echoObjects("client"), apiOf("pets"), wide);
    await namespace.condition("api/pets", "Ready", 120);
    await namespace.condition("api/wide", "Ready", 120);
    await namespace.condition("te/store", "Ready", 120);
    await rolledOut(namespace, "store-backend");
    await rolledOut(namespace, "client");
    await until("it answers", async () => (await answer(namespace).catch(() => "")) === "/pets/7", 30_000);
    const before = await names(namespace);
    assert.deepEqual(before.filter((name) => name.endsWith("/wide-gateway")).toSorted(), madeForWide);
    const uninstall = (...how: readonly string[]): Promise<string> =>
      portico("operator", "uninstall", "--namespace", operator.namespace.name, ...how);

    await uninstall();
    assert.deepEqual(await names(namespace), before);
    assert.equal(await answer(namespace), "/pets/7");
    const left = "deployments,serviceaccounts,roles,rolebindings,leases";
    assert.deepEqual(
      (await names(operator.namespace, left)).filter((name) => name.includes("portico") && !name.includes("lease")),
      [],
    );
    const clusterWide = "clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings";
    assert.deepEqual(
      (await names(namespace, clusterWide)).filter((name) => name.includes("portico")),
      [],
    );
    // Whatever is written meanwhile is done when it is back.
    await namespace.kubectl("patch", "api", "pets", "--type=merge", '--patch={"spec":{"replicas":2}}');

    await install(operator, ...registryOptions);
    await until("it has two pods", async () => (await namespace.field("deployment/pets-gateway", ".status.readyReplicas")) === "2", 90_000);
    assert.equal(await answer(namespace), "/pets/7");

    const theirOwn = ["configmap/pets", "deployment.apps/client", "secret/theirs", "service/client"];
    await uninstall("--all");
    // It has waited for that itself: of a kind that is gone nobody knows whose was whose.
    assert.deepEqual((await names(namespace, ["configmaps", ...made].join())).toSorted(), theirOwn);
    const definitions = (await namespace.kubectl("get", "crds", "--output=name")).split("\n");
    assert.deepEqual(
      definitions.filter((name) => name.endsWith(".portico.dev")),
      [],
    );
    await assert.rejects(uninstall(), /NoOperator/);
    await install(operator, ...registryOptions);
    await namespace.apply(store, apiOf("pets"));
    await namespace.condition("api/pets", "Ready", 120);
  });
});
