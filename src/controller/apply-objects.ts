import { createHash } from "node:crypto";
import { resourceOf } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { isObject } from "../text/node.ts";
import type { KubernetesObject } from "../workloads/object.ts";
import type { Owned } from "./owned.ts";

/** Under which annotation an object says what it was applied as. */
const appliedAnnotation = "portico.dev/applied";

/** What an object that somebody made had when it was applied last: the cluster may write values in another form. */
export type LastApplied = Map<string, number>;

interface Surroundings {
  readonly store: ObjectStore;
  readonly owned: Owned;
  readonly lastApplied: LastApplied;
}

/**
 * Applies an owner's object unless it is so already: the object as the cluster has it then. Fails with NameTaken where an object of its name belongs to
 * somebody else, which is never touched, and with what the cluster says.
 */
export async function applyObject(object: KubernetesObject, { store, owned, lastApplied }: Surroundings): Promise<Checked<StoredObject>> {
  const { kind, metadata } = object;
  const marked = marking(object);
  const live = owned.find(kind, metadata.namespace, metadata.name);
  const owner = metadata.ownerReferences[0]?.uid;
  if (live?.metadata.owners.every(({ uid }) => uid !== owner)) return failed(nameTaken(object));
  if (live !== undefined && isSo(live, marked, lastApplied)) return checked(live, []);
  if (live === undefined) {
    const there = await store.read(resourceOf(object), metadata.namespace, metadata.name);
    if (!there.ok) return there;
    if (there.value?.metadata.owners.every(({ uid }) => uid !== owner)) return failed(nameTaken(object));
  }
  const applied = await store.apply(marked);
  if (!applied.ok) return applied;
  lastApplied.set(applied.value.metadata.uid, applied.value.metadata.generation);
  return applied;
}

/** What a Secret holds leaves no trace in the mark: an annotation of its own says which version that is. */
function marking(object: KubernetesObject): KubernetesObject {
  const { data, ...rest } = object;
  const hash = createHash("sha256")
    .update(JSON.stringify(object.kind === "Secret" ? rest : { ...rest, data }))
    .digest("hex")
    .slice(0, 16);
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [appliedAnnotation]: hash } } };
}

/** Whether an object was applied as this, and nobody changed it since. Of one whose metadata alone is known that is what it says itself. */
function isSo(live: StoredObject, wanted: KubernetesObject, lastApplied: LastApplied): boolean {
  if (live.metadata.annotations[appliedAnnotation] !== wanted.metadata.annotations?.[appliedAnnotation]) return false;
  if (live.value.spec === undefined) return true;
  // The cluster writes some values in another form, a quantity say: then it is so while it has the generation that applying it made.
  return contains(live.value.spec, wanted.spec) || lastApplied.get(live.metadata.uid) === live.metadata.generation;
}

/** Whether a value has everything that another one says. */
function contains(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return Array.isArray(live) && live.length === wanted.length && wanted.every((one, index) => contains(live[index], one));
  if (isObject(wanted)) return isObject(live) && Object.entries(wanted).every(([key, value]) => contains(live[key], value));
  return live === wanted;
}

const nameTaken = ({ kind, metadata }: KubernetesObject) =>
  error(
    "NameTaken",
    wholeFile(`${kind}/${metadata.name}`),
    `A ${kind} of this name is there already, and not Portico's to change. Remove it, or give the API another name.`,
  );
