import { resourceOf } from "../apply/kubernetes/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { type Checked, checked } from "../problem.ts";
import type { KubernetesObject, OwnerReference } from "../workloads/object.ts";
import type { World } from "./world.ts";

/** An object as the owner of what is made for it. */
export const ownerOf = ({ metadata: { name, uid }, value: { apiVersion, kind } }: StoredObject): OwnerReference => ({
  apiVersion: String(apiVersion),
  kind: String(kind),
  name,
  uid,
  controller: true,
});

/** Removes what was made for an object and is wanted no more. */
export async function prune({ owned, store }: World, owner: StoredObject, wanted: readonly KubernetesObject[]): Promise<Checked<void>> {
  const keep = new Set(wanted.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  for (const { metadata, value } of owned.of(owner.metadata.uid)) {
    const [kind, apiVersion] = [String(value.kind), String(value.apiVersion)];
    if (keep.has(`${kind} ${metadata.name}`)) continue;
    const removed = await store.remove(resourceOf({ apiVersion, kind }), metadata.namespace, metadata.name, metadata.uid);
    if (!removed.ok) return removed;
  }
  return checked(undefined, []);
}
