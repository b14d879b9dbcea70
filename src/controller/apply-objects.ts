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

/** What an object had when it was applied last. */
interface Applied {
  /** The cluster may write values in another form: that makes no new generation. */
  readonly generation: number;
  /** Before and after it was applied: what is watched may be older than what was written. Another version is somebody else's. */
  readonly versions: readonly string[];
}

/** What was applied last, by uid. */
export type LastApplied = Map<string, Applied>;

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
  const applied = await store.apply(scaledAs(live, marked));
  if (!applied.ok) return applied;
  const { uid, generation, resourceVersion } = applied.value.metadata;
  lastApplied.set(uid, { generation, versions: [resourceVersion, ...(live === undefined ? [] : [live.metadata.resourceVersion])] });
  return applied;
}

/**
 * Where an autoscaler decides how many pods there are, that stays as it is: a field that was ours and is left out falls back to its default (Kubernetes:
 * "Server-Side Apply", transferring ownership), which is one pod.
 */
function scaledAs(live: StoredObject | undefined, wanted: KubernetesObject): KubernetesObject {
  const [now, spec] = [live?.value.spec, wanted.spec];
  if (wanted.kind !== "Deployment" || !isObject(spec) || !isObject(now) || "replicas" in spec || now.replicas === undefined) return wanted;
  return { ...wanted, spec: { ...spec, replicas: now.replicas } };
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

/**
 * Whether an object was applied as this, and nobody changed it since. Of one whose metadata alone is known that is what it says itself, and its version
 * where we know which that was.
 */
function isSo(live: StoredObject, wanted: KubernetesObject, lastApplied: LastApplied): boolean {
  if (live.metadata.annotations[appliedAnnotation] !== wanted.metadata.annotations?.[appliedAnnotation]) return false;
  const last = lastApplied.get(live.metadata.uid);
  if (live.value.spec === undefined) return last === undefined || last.versions.includes(live.metadata.resourceVersion);
  // The cluster writes some values in another form, a quantity say: then it is so while it has the generation that applying it made.
  return contains(live.value.spec, wanted.spec) || last?.generation === live.metadata.generation;
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
