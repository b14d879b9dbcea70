import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { echoObjects, requestFrom, rolledOut } from "../harness/echo.ts";
import { endings } from "../harness/endings.ts";
import { portico, registryOptions } from "../harness/gateway.ts";
import { makeNamespace, type Namespace } from "../harness/namespace.ts";
import { install, installOperator, type Operator } from "../harness/operator.ts";

const kinds = "apis,targetendpoints,ratelimitings,securities,configmaps,deployments,services,secrets";

const names = async (namespace: Namespace, of = kinds): Promise<readonly string[]> =>
  (await namespace.kubectl("get", of, "--output=name")).split("\n").filter((name) => name !== "" && !name.includes("kube-root-ca"));

const answer = async (namespace: Namespace): Promise<string> =>
  JSON.parse(await requestFrom(namespace, "client", "http://pets-gateway/pets/7")).path;

describe("an operator that is taken out", { timeout: 600_000 }, () => {
  const ending = endings();
  let operator: Operator;
  before(async () => {
    operator = await installOperator(ending);
  });
  after(ending.run);

  it("leaves what people wrote and what serves, and takes up the same when it comes back; told so, it takes all of its own", async (t) => {
    const namespace = await makeNamespace(t);
    const limit = objectOf("RateLimiting", "many", { type: "api", requests: 1000, unit: "second", scope: "local" });
    const theirs = { apiVersion: "v1", kind: "Secret", metadata: { name: "theirs" }, stringData: { a: "b" } };
    await namespace.apply(configMap("pets", pets), theirs, store, limit, ...echoObjects("client"), apiOf("pets"));
    await namespace.condition("api/pets", "Ready", 120);
    await namespace.condition("te/store", "Ready", 120);
    await rolledOut(namespace, "store-backend");
    await rolledOut(namespace, "client");
    await until("it answers", async () => (await answer(namespace).catch(() => "")) === "/pets/7", 30_000);
    const before = await names(namespace);
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

    const theirOwn = ["deployment.apps/client", "service/client", "secret/theirs", "configmap/pets"];
    await uninstall("--all");
    await until(
      "what it made is gone",
      async () => (await names(namespace, "deployments,services,secrets,configmaps")).join() === theirOwn.join(),
      60_000,
    );
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
