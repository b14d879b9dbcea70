import type { ApiResource } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Checked } from "../problem.ts";

/** Objects of a kind, those of other namespaces, too, where they may be read: whether an API may use them is for the operator to say. */
export async function everywhere(store: ObjectStore, resource: ApiResource, namespace: string): Promise<Checked<readonly StoredObject[]>> {
  const all = await store.list(resource, undefined, {});
  return all.ok ? all : store.list(resource, namespace, {});
}
