import { resourceOf } from "../apply/kubernetes/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { type Checked, checked } from "../problem.ts";
import type { KubernetesObject } from "../workloads/object.ts";
import type { World } from "./world.ts";

/** Since when an object is wanted no more. */
const unusedAnnotation = "portico.dev/unused-since";

/** So long gateways may still send requests to a backend after they were told of another: kubelet hands them the files within seconds of a touch. */
const graceMs = 30_000;

/** Who may still be using what is wanted no more. */
interface Usage {
  /** Whether something refers to its object. */
  readonly isUsed: boolean;
  /** Whether a gateway is mounted so that it sends requests to it: then it stays, and is looked at again when that changes. All gateways are looked through. */
  readonly isAsked: () => boolean;
}

/**
 * Removes what was made for an object and is wanted no more, once nobody can be using it: how long that is from now (milliseconds), for what is left and is to be looked at again by itself;
 * undefined where nothing is.
 */
export async function retire(
  { owned, store }: Pick<World, "owned" | "store">,
  owner: StoredObject,
  wanted: readonly KubernetesObject[],
  usage: Usage,
): Promise<Checked<number | undefined>> {
  const keep = new Set(wanted.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  let restMs: number | undefined;
  for (const object of owned.of(owner.metadata.uid)) {
    const done = await retireOne(store, object, keep.has(`${String(object.value.kind)} ${object.metadata.name}`), usage);
    if (!done.ok) return done;
    restMs = done.value === undefined ? restMs : Math.max(restMs ?? 0, done.value);
  }
  return checked(restMs, []);
}

async function retireOne(
  store: World["store"],
  { metadata, value }: StoredObject,
  isWanted: boolean,
  { isUsed, isAsked }: Usage,
): Promise<Checked<number | undefined>> {
  const resource = resourceOf({ apiVersion: String(value.apiVersion), kind: String(value.kind) });
  const mark = async (since: string | null, restMs: number | undefined): Promise<Checked<number | undefined>> => {
    const marked = await store.annotate(resource, metadata.namespace, metadata.name, { [unusedAnnotation]: since });
    return marked.ok ? checked(restMs, []) : marked;
  };
  const since = metadata.annotations[unusedAnnotation];
  if (isWanted || isAsked()) return since === undefined ? checked(undefined, []) : mark(null, undefined);
  const ageMs = Date.now() - Date.parse(since ?? "");
  // What is no time, or one to come, was written by somebody else: it makes nothing last longer.
  if (isUsed && !(ageMs >= 0)) return mark(new Date().toISOString(), graceMs);
  if (isUsed && ageMs < graceMs) return checked(graceMs - ageMs, []);
  const removed = await store.remove(resource, metadata.namespace, metadata.name, metadata.uid);
  return removed.ok ? checked(undefined, []) : removed;
}
