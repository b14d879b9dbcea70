import assert from "node:assert/strict";
import { apiOf, configMap, objectOf, pets } from "../harness/api.ts";
import { type Ending, makeNamespace } from "../harness/namespace.ts";

/** An API that serves in a namespace of its own, and that nothing of a test is about: what tells whether neither it nor what was made for it was written to. */
export async function makeBystander(t: Ending): Promise<() => Promise<void>> {
  const other = await makeNamespace(t);
  const store = objectOf("TargetEndpoint", "store", { url: "http://store.example" });
  await other.apply(configMap("pets", pets), store, apiOf("bystander", { replicas: 0 }));
  await other.condition("api/bystander", "Ready", 120);
  const output = '--output=jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}';
  const versions = (): Promise<string> => other.kubectl("get", "apis,deployments,services,secrets", output);
  const before = await versions();
  assert.match(before, /Deployment bystander-gateway/);
  return async () => assert.equal(await versions(), before);
}
