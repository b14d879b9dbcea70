import type { Collection } from "../apply/kubernetes/collection.ts";
import type { ApiResource } from "../apply/kubernetes/kinds.ts";
import { keyOf, type StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { JsonObject } from "../text/node.ts";
import { isObject } from "../text/node.ts";
import type { Saying } from "./conditions.ts";
import { conditionOf, sameStatus, statusWith } from "./status.ts";
import type { World } from "./world.ts";

/**
 * The one place that writes a status: where it says something new, and then an Event where it became ready, or no more. What was written is taken in at once: compared with what the watch
 * has told so far, a status that changes and changes back would be left at the first. Whether it succeeded.
 */
export async function writeStatus(
  world: Pick<World, "store" | "log" | "metrics">,
  { collection, resource }: KeptIn,
  object: StoredObject,
  fields: JsonObject,
  sayings: readonly Saying[],
): Promise<boolean> {
  const { store, log } = world;
  const { namespace, name, generation } = object.metadata;
  const before = (collection.objects.get(keyOf(object)) ?? object).value.status;
  const kept = isObject(before) ? Object.fromEntries(Object.entries(before).filter(([key]) => key !== "conditions")) : {};
  const after = statusWith(before, { ...kept, ...fields }, sayings, generation, `${new Date().toISOString().slice(0, 19)}Z`);
  if (sameStatus(before, after)) return true;
  const written = await store.applyStatus(resource, namespace, name, after);
  const last = sayings.at(-1);
  log(written.ok ? "info" : "warning", written.ok ? `${resource.kind} ${last?.type}: ${last?.reason}` : "The status was not written.", {
    namespace,
    name,
    ...(written.ok ? {} : { reason: written.problems[0]?.reason ?? "", why: written.problems[0]?.message ?? "" }),
  });
  if (!written.ok) return false;
  collection.takeIn(written.value);
  if (last?.status === "False") world.metrics.refused(resource.kind, last.reason);
  const changes = [
    ...newImage(before, fields),
    ...(last !== undefined && conditionOf(before, last.type)?.reason !== last.reason ? [last] : []),
  ];
  for (const change of changes) await tell(world, resource, object, change);
  return true;
}

/** The collection that an object is kept in, and of which kind its objects are. */
export interface KeptIn {
  readonly collection: Collection;
  readonly resource: ApiResource;
}

/** What is said of an image that takes another's place. */
function newImage(before: unknown, { image }: JsonObject): readonly Told[] {
  const old = isObject(before) ? before.image : undefined;
  if (typeof image !== "string" || image === old) return [];
  return [
    { status: "True", reason: "NewImage", message: `The image is ${image}${typeof old === "string" ? `, in place of ${old}` : ""}.` },
  ];
}

/** What an Event says. */
interface Told {
  readonly status: Saying["status"];
  readonly reason: Saying["reason"] | "NewImage";
  readonly message: string;
}

/** An Event that `kubectl describe` shows (Kubernetes: events.k8s.io/v1). One that is not taken is no reason to try again. */
async function tell(
  { store, log }: Pick<World, "store" | "log">,
  { apiVersion, kind }: ApiResource,
  object: StoredObject,
  { reason, message, status }: Told,
): Promise<void> {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  const told = await store.create({
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { namespace, generateName: `${name.slice(0, 200)}-` },
    eventTime: new Date().toISOString().replace("Z", "000Z"),
    reportingController: "portico.dev/operator",
    reportingInstance: "portico",
    action: "Reconcile",
    type: status === "False" && !["Building", "Progressing"].includes(reason) ? "Warning" : "Normal",
    reason,
    note: noteOf(message),
    regarding: { apiVersion, kind, namespace, name, uid, resourceVersion },
  });
  if (!told.ok) log("warning", "An Event was not taken.", { namespace, name, why: told.problems[0]?.message ?? "" });
}

/** As much of a message as an Event takes: 1 KiB of UTF-8 (Kubernetes: events.k8s.io/v1, `note`). */
function noteOf(message: string): string {
  const bytes = Buffer.from(message);
  // A character that is cut in two becomes one that stands for what cannot be read.
  return bytes.length <= 1024
    ? message
    : bytes
        .subarray(0, 1020)
        .toString("utf8")
        .replace(/\uFFFD$/, "");
}
