import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { target } from "../harness/target.ts";

type Person = "writer" | "deployer" | "editor";

/** How the world reaches a gateway, and the right that this takes beside that to run it. */
const exposures: readonly (readonly [string, object, RegExp])[] = [
  ["service", { service: { type: "LoadBalancer" } }, /create services /],
  ["ingress", { ingress: {} }, /create ingresses\.networking\.k8s\.io /],
  ["httpRoute", { httpRoute: { parentRefs: [{ name: "public" }] } }, /create httproutes\.gateway/],
];
const backend = objectOf("TargetEndpoint", "store", { url: "http://store.test" });
const security = objectOf("Security", "key", {
  type: "apiKey",
  apiKey: { keys: { name: "keys" }, locations: [{ header: "x-key" }] },
});
const limit = objectOf("RateLimiting", "few", { type: "api", requests: 10, unit: "second", scope: "local" });

/** Nobody does by the operator what he may not do himself; who has the cluster's role `edit` may write the kinds, and all that they ask for. */
export async function heldToTheirRights(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const { name } = namespace;
  const resources = "apis.portico.dev,targetendpoints.portico.dev,securities.portico.dev,ratelimitings.portico.dev";
  const bind = (person: Person, role: string): Promise<string> =>
    namespace.kubectl("create", "rolebinding", `${person}-${role}`, `--role=${role}`, `--serviceaccount=${name}:${person}`);
  await namespace.kubectl("create", "role", "kinds", "--verb=get,create,patch,update", `--resource=${resources}`);
  await namespace.kubectl("create", "role", "pods", "--verb=create", "--resource=deployments.apps");
  await bind("writer", "kinds");
  await bind("deployer", "kinds");
  await bind("deployer", "pods");
  await namespace.kubectl("create", "rolebinding", "editor", "--clusterrole=edit", `--serviceaccount=${name}:editor`);
  /** What the cluster says of an object that somebody writes: undefined where it takes it. */
  const refusal = async (who: Person, object: object, ...how: readonly string[]): Promise<string | undefined> => {
    const as = [`--as=system:serviceaccount:${name}:${who}`, "--namespace", name];
    const apply = [...target.kubectl, ...as, "apply", "--server-side", "--force-conflicts", ...how, "--filename=-"];
    return run(apply, { input: JSON.stringify(object) }).then(
      () => undefined,
      (thrown) => String(thrown),
    );
  };
  const tried = (who: Person, object: object): Promise<string | undefined> => refusal(who, object, "--dry-run=server");

  for (const object of [apiOf("one"), backend, security]) {
    assert.match(
      (await tried("writer", object)) ?? "taken",
      /`spec` runs pods here, [^:]*: who writes it must be allowed to create deployments\.apps /,
    );
    assert.equal(await tried("deployer", object), undefined);
  }
  assert.equal(await tried("writer", limit), undefined);

  // The cluster adds the rights of `edit` together a moment after the operator is installed.
  await until("an editor may write the kinds", async () => (await tried("editor", apiOf("one"))) === undefined, 30_000);
  for (const [field, expose, right] of exposures) {
    const said = (await tried("deployer", apiOf("one", { expose }))) ?? "taken";
    assert.match(said, new RegExp(`\`spec\\.expose\\.${field}\` says how the world reaches`));
    assert.match(said, right);
    // The cluster's own `edit` knows no HTTPRoutes.
    if (field !== "httpRoute") assert.equal(await tried("editor", apiOf("one", { expose })), undefined, field);
  }

  const shown = { replicas: 0, expose: { ingress: {}, hosts: ["a.test"] } };
  assert.equal(await refusal("editor", apiOf("one", shown)), undefined);
  assert.equal(await tried("deployer", apiOf("one", { ...shown, version: "2.0.0" })), undefined, "how it is reached stays as it is");
  const elsewhere = apiOf("one", { ...shown, expose: { ingress: {}, hosts: ["bank.test"] } });
  assert.match((await tried("deployer", elsewhere)) ?? "taken", /spec\.expose\.ingress/, "a host is somebody's");
  const annotated = { ...apiOf("one", shown), metadata: { name: "one", annotations: { note: "mine" } } };
  assert.equal(await tried("writer", annotated), undefined, "the spec stays as it is");

  // Who may change a document need not be who may read a Secret.
  const leaking = { url: "http://elsewhere.test", credentials: { bearer: { name: "keys" } } };
  await namespace.apply(configMap("pets", { ...pets, "x-portico": { backend: leaking } }));
  const why = (): Promise<string> => namespace.field("api/one", '.status.conditions[?(@.type=="Accepted")].message');
  await until("the operator says so", async () => (await why()).includes("Name a TargetEndpoint"), 30_000);
}
