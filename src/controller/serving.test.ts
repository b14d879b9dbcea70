import assert from "node:assert/strict";
import { it } from "node:test";
import { unusedStore } from "../../testing/unused-store.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { type StoredObject, storedObject } from "../apply/kubernetes/stored-object.ts";
import { checked } from "../problem.ts";
import { gatewayWorkload } from "../resolve/workload.ts";
import { type GatewayContent, mountedAnnotation, mountedHash } from "../workloads/gateway-content.ts";
import { touchPods } from "./serving.ts";

const unused = (): never => assert.fail("not asked for");

it("pods are touched for files that are as before again, where others came in between without the Deployment", async () => {
  const contentOf = (text: string): GatewayContent => ({
    hosts: [],
    image: "pets",
    inputHash: "1",
    mounted: new Map([["keys.json", text]]),
    certificate: undefined,
  });
  const [first, other] = [contentOf("first"), contentOf("other")];
  const touched = new Map([
    ["Deployment", mountedHash(first)],
    ["Pod", mountedHash(first)],
  ]);
  const objectOf = (kind: string, name: string): StoredObject =>
    storedObject({
      apiVersion: "v1",
      kind,
      metadata: { name, namespace: "a", uid: kind, resourceVersion: "1", annotations: { [mountedAnnotation]: touched.get(kind) } },
    });
  const store: ObjectStore = {
    ...unusedStore,
    list: async () => checked([objectOf("Pod", "pets-gateway-1")], []),
    annotate: async ({ kind }, _namespace, _name, annotations) => {
      touched.set(kind, annotations[mountedAnnotation] ?? "");
      return checked(undefined, []);
    },
  };
  const world = { store, untouched: new Map(), owned: { of: unused, isAsked: unused, find: () => objectOf("Deployment", "pets-gateway") } };
  const workload = gatewayWorkload({ name: "pets", namespace: "a" }, { definition: [{ inline: "x" }] }, []);
  assert.deepEqual(await touchPods(world, workload, other), []);
  assert.equal(touched.get("Pod"), mountedHash(other));
  for (const content of [first, other, first]) {
    assert.deepEqual(await touchPods(world, workload, content), []);
    assert.equal(touched.get("Pod"), mountedHash(content));
  }
});
