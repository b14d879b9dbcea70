import { isObject, type JsonObject } from "../../../src/text/node.ts";
import type { Namespace } from "../harness/namespace.ts";

/** What differs between two runs that came to the same. */
const ofOneRun: ReadonlySet<string> = new Set([
  ...["uid", "resourceVersion", "generation", "observedGeneration", "creationTimestamp", "lastTransitionTime", "lastUpdateTime"],
  ...["managedFields", "clusterIP", "clusterIPs", "deployment.kubernetes.io/revision", "portico.dev/applied"],
]);

/** The kinds that people and the operator write. */
const kinds = "apis,targetendpoints,deployments,services,secrets,poddisruptionbudgets,horizontalpodautoscalers,ingresses";

/** All that is in a namespace, as another run in another namespace has it too: by kind and name. */
export async function endState(
  namespace: Namespace,
  names: readonly (readonly [from: string, to: string])[],
): Promise<ReadonlyMap<string, unknown>> {
  let text = await namespace.kubectl("get", kinds, "--output=json");
  for (const [from, to] of [[namespace.name, "NAMESPACE"] as const, ...names]) text = text.replaceAll(from, to);
  const { items }: { readonly items: readonly JsonObject[] } = JSON.parse(text);
  return new Map(items.map((item) => [nameOf(item), stripped(item)] as const).toSorted(([a], [b]) => a.localeCompare(b)));
}

const nameOf = ({ kind, metadata }: JsonObject): string => `${String(kind)} ${isObject(metadata) ? String(metadata.name) : ""}`;

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (!isObject(value)) return value;
  // What a Secret holds names the namespace, in base64.
  if (value.kind === "Secret") return { ...strippedFields({ ...value, data: undefined }), data: decoded(value.data) };
  // How far the cluster is with them is its own word.
  if (value.kind === "Deployment" || value.kind === "Service") return strippedFields({ ...value, status: undefined });
  return strippedFields(value);
}

const strippedFields = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (ofOneRun.has(key) ? [] : [[key, stripped(inner)]])));

const decoded = (data: unknown): JsonObject => (isObject(data) ? Object.fromEntries(Object.keys(data).map((key) => [key, "there"])) : {});
