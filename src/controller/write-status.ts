import type { ApiResource } from "../apply/kubernetes/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { JsonObject } from "../text/node.ts";
import { isObject } from "../text/node.ts";
import type { Saying } from "./conditions.ts";
import { conditionOf, sameStatus, statusWith } from "./status.ts";
import type { World } from "./world.ts";

/** The one place that writes a status: where it says something new, and then an Event where it became ready, or no more. Whether that succeeded. */
export async function writeStatus(
  world: World,
  resource: ApiResource,
  object: StoredObject,
  fields: JsonObject,
  sayings: readonly Saying[],
): Promise<boolean> {
  const { store, log } = world;
  const { namespace, name, generation } = object.metadata;
  const before = object.value.status;
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
  if (last?.status === "False") world.metrics.refused(resource.kind, last.reason);
  const changes = [
    ...newImage(before, fields),
    ...(last !== undefined && conditionOf(before, last.type)?.reason !== last.reason ? [last] : []),
  ];
  for (const change of changes) await tell(world, resource, object, change);
  return true;
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
  { store, log }: World,
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
    note: message.slice(0, 1000),
    regarding: { apiVersion, kind, namespace, name, uid, resourceVersion },
  });
  if (!told.ok) log("warning", "An Event was not taken.", { namespace, name, why: told.problems[0]?.message ?? "" });
}
