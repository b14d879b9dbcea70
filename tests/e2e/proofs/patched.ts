import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, pets, store } from "../harness/api.ts";
import { statusFrom } from "../harness/echo.ts";
import { makeNamespace, type Namespace, restrictPods } from "../harness/namespace.ts";

const http = "/filter_chains/0/filters/0/typed_config";
/** A patch that lets answers name a server of this name. */
const naming = (field: string, name: string): object => ({
  of: "listener",
  operations: [
    { op: "replace", path: `${http}/server_header_transformation`, value: "OVERWRITE" },
    { op: "add", path: `${http}/${field}`, value: name },
  ],
});

/** Which server an answer names, as a pod sees it. */
async function serverOf(namespace: Namespace): Promise<string> {
  const program = `fetch("http://patched-gateway/pets/7").then(({ headers }) => process.stdout.write(headers.get("server") ?? "none"))`;
  return namespace.kubectl("exec", "deployment/store-backend", "--", "node", "-e", program).catch(() => "");
}

/** What an API patches serves once Envoy takes it; with what it does not take no pod begins, which is said, and those before serve on. */
export async function patchedByItsOwner(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const patched = (field: string, name: string): object => apiOf("patched", { envoyPatches: [naming(field, name)] });
  await namespace.apply(store);
  await namespace.condition("te/store", "Ready", 120);
  await restrictPods(namespace);
  await namespace.apply(configMap("pets", pets), patched("server_name", "one"));
  await namespace.condition("api/patched", "Ready", 120);
  await until("the patch serves", async () => (await serverOf(namespace)) === "one", 60_000);
  const image = await namespace.field("api/patched", ".status.image");

  await namespace.apply(patched("server_nam", "two"));
  const said = (): Promise<string> => namespace.field("api/patched", '.status.conditions[?(@.type=="Ready")].message');
  await until("it says where to look", async () => (await said()).includes("container `validate`"), 120_000);
  const logs = (): Promise<string> =>
    namespace.kubectl("logs", "--selector=app.kubernetes.io/name=portico-gateway", "--container=validate", "--tail=20").catch(() => "");
  await until("the log says what Envoy does not take", async () => (await logs()).includes("server_nam"), 60_000);
  assert.equal(await serverOf(namespace), "one");

  await namespace.apply(patched("server_name", "three"));
  await until("the next one serves", async () => (await serverOf(namespace)) === "three", 120_000);
  await namespace.condition("api/patched", "Ready", 120);
  assert.notEqual(await namespace.field("api/patched", ".status.image"), image, "another patch is another image");
  assert.equal(await statusFrom(namespace, "store-backend", "http://patched-gateway/pets/7", {}), 200);
}
