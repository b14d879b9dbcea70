import { createHash } from "node:crypto";
import { isObject, type JsonObject } from "../../../src/text/node.ts";
import type { Namespace } from "../harness/namespace.ts";

/** What differs between two runs that came to the same. */
const ofOneRun: ReadonlySet<string> = new Set([
  ...["uid", "resourceVersion", "generation", "observedGeneration", "creationTimestamp", "lastTransitionTime", "lastUpdateTime"],
  ...["managedFields", "clusterIP", "clusterIPs", "deployment.kubernetes.io/revision", "portico.dev/applied"],
  // It is a hash of what Secrets hold, which is compared itself.
  "portico.dev/mounted",
  // It comes of the namespace's name.
  "runAsUser",
]);

/** The kinds that people and the operator write. Not Events: one that a killed operator did not come to tell is no state. */
const kinds =
  "apis,targetendpoints,ratelimitings,securities,deployments,services,secrets,configmaps,jobs,poddisruptionbudgets,horizontalpodautoscalers,ingresses";

/** All that is in a namespace, as another run in another namespace has it too: by kind and name. */
export async function endState(
  namespace: Namespace,
  names: readonly (readonly [from: string, to: string])[],
): Promise<ReadonlyMap<string, unknown>> {
  const text = await namespace.kubectl("get", kinds, "--output=json");
  const alike = (one: string): string =>
    [[namespace.name, "NAMESPACE"] as const, ...names].reduce((all, [from, to]) => all.replaceAll(from, to), one);
  const { items }: { readonly items: readonly JsonObject[] } = JSON.parse(alike(text));
  return new Map(items.map((item) => [nameOf(item), stripped(decoded(item, alike))] as const).toSorted(([a], [b]) => a.localeCompare(b)));
}

const nameOf = ({ kind, metadata }: JsonObject): string => `${String(kind)} ${isObject(metadata) ? String(metadata.name) : ""}`;

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (!isObject(value)) return value;
  // How far the cluster is with them is its own word.
  if (value.kind === "Deployment" || value.kind === "Service") return strippedFields({ ...value, status: undefined });
  return strippedFields(value);
}

const strippedFields = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (ofOneRun.has(key) ? [] : [[key, stripped(inner)]])));

/** A Secret with a hash of each text that it holds: that names the namespace, in base64. */
function decoded(item: JsonObject, alike: (text: string) => string): JsonObject {
  if (item.kind !== "Secret" || !isObject(item.data)) return item;
  const hashOf = (held: unknown): string =>
    createHash("sha256")
      .update(alike(Buffer.from(String(held), "base64").toString()))
      .digest("hex");
  return { ...item, data: Object.fromEntries(Object.entries(item.data).map(([key, held]) => [key, hashOf(held)] as const)) };
}
