import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { apiOf, objectOf } from "../harness/api.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { target } from "../harness/target.ts";

const secretKeyRef = { name: "keys", key: "one" };
const backend = (spec: object): object => objectOf("TargetEndpoint", "store", { url: "http://store.test", ...spec });

/** What takes a right beside that to write the kind, and the right's name. */
const restricted: readonly (readonly [string, object, RegExp])[] = [
  ["podTemplate", apiOf("one", { podTemplate: { spec: { serviceAccountName: "default" } } }), /create deployments\.apps/],
  ["env", apiOf("one", { env: [{ name: "KEY", valueFrom: { secretKeyRef } }] }), /get secrets/],
  ["expose.service", apiOf("one", { expose: { service: { type: "LoadBalancer" } } }), /create services/],
  ["expose.ingress", apiOf("one", { expose: { ingress: {} } }), /create ingresses\.networking\.k8s\.io/],
  ["expose.httpRoute", apiOf("one", { expose: { httpRoute: { parentRefs: [{ name: "public" }] } } }), /create httproutes\.gateway/],
  ["deploy", objectOf("TargetEndpoint", "store", { deploy: { image: "store.test/image:1", port: 8080 } }), /create deployments\.apps/],
  ["credentials", backend({ credentials: { basic: { name: "keys" } } }), /get secrets/],
  [
    "oauth2",
    objectOf("Security", "tokens", { type: "oauth2", oauth2: { introspectionUrl: "https://issuer.test", client: { name: "keys" } } }),
    /get secrets/,
  ],
];

/** Nobody does by the operator what he may not do himself; who has the cluster's role `edit` may write the kinds, and all that they ask for. */
export async function heldToTheirRights(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const { name } = namespace;
  const resources = "apis.portico.dev,targetendpoints.portico.dev,securities.portico.dev";
  await namespace.kubectl("create", "role", "writer", "--verb=get,create,patch,update", `--resource=${resources}`);
  await namespace.kubectl("create", "rolebinding", "writer", "--role=writer", `--serviceaccount=${name}:writer`);
  await namespace.kubectl("create", "rolebinding", "editor", "--clusterrole=edit", `--serviceaccount=${name}:editor`);
  /** What the cluster says of an object that somebody writes: undefined where it takes it. It is kept only where that is said. */
  const refusal = async (who: "writer" | "editor", object: object, ...how: readonly string[]): Promise<string | undefined> => {
    const as = [`--as=system:serviceaccount:${name}:${who}`, "--namespace", name];
    const apply = [...target.kubectl, ...as, "apply", "--server-side", "--force-conflicts", ...how, "--filename=-"];
    return run(apply, { input: JSON.stringify(object) }).then(
      () => undefined,
      (thrown) => String(thrown),
    );
  };
  const tried = (who: "writer" | "editor", object: object): Promise<string | undefined> => refusal(who, object, "--dry-run=server");

  for (const [field, object, right] of restricted) {
    const said = (await tried("writer", object)) ?? "taken";
    assert.match(said, new RegExp(`spec\\.${field.replaceAll(".", "\\.")}[^ ]* does what needs a right of its own`), said);
    assert.match(said, right);
  }
  for (const plain of [apiOf("one"), backend({}), apiOf("one", { env: [{ name: "KEY", value: "of the document" }] })])
    assert.equal(await tried("writer", plain), undefined);

  // The cluster adds the rights of `edit` together a moment after the operator is installed.
  await until("an editor may write the kinds", async () => (await tried("editor", apiOf("one"))) === undefined, 30_000);
  // The cluster's own `edit` knows no HTTPRoutes.
  for (const [field, object] of restricted) if (field !== "expose.httpRoute") assert.equal(await tried("editor", object), undefined, field);

  const template = { podTemplate: { spec: { nodeSelector: { disk: "fast" } } }, replicas: 0 };
  assert.equal(await refusal("editor", apiOf("one", template)), undefined);
  assert.equal(await tried("writer", apiOf("one", { ...template, version: "2.0.0" })), undefined, "the field stays as it is");
  assert.match((await tried("writer", apiOf("one", { podTemplate: {} }))) ?? "taken", /spec\.podTemplate/);
  assert.equal(await refusal("editor", backend({ credentials: { basic: { name: "keys" } } })), undefined);
  const elsewhere = backend({ url: "http://elsewhere.test", credentials: { basic: { name: "keys" } } });
  assert.match((await tried("writer", elsewhere)) ?? "taken", /spec\.credentials/, "a Secret is sent to where its reader says");
}
