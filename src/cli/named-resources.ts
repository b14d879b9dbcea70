import { apiSpec } from "../api/api.ts";
import { checkShape } from "../api/check.ts";
import { isOfPortico, objectsIn } from "../api/resource.ts";
import { type Problem, warning } from "../problem.ts";
import { child, isObject, type JsonObject, type Node, placeOf, type SourceFile } from "../text/node.ts";
import type { Manifest } from "./api-objects.ts";

/** What the files that a person names hold beside documents. */
export interface NamedResources {
  /** TargetEndpoints, RateLimitings and Securities, as they are applied. */
  readonly applied: readonly Manifest[];
  /** What an API object of the name that is added says; where its documents come from, the command says. */
  readonly spec: JsonObject;
  /** The files without that object: alone, without its documents, it is none that a cluster takes. */
  readonly files: readonly SourceFile[];
  /** What is wrong with that object, and of each other one that is passed over, that it is. */
  readonly problems: readonly Problem[];
}

export function namedResources(files: readonly SourceFile[], name: string, namespace: string): NamedResources {
  const applied: Manifest[] = [];
  const problems: Problem[] = [];
  let own: Node | undefined;
  for (const node of files.flatMap(objectsIn)) {
    const { value } = node;
    // What is no object at all is said by who reads resources.
    if (!isObject(value) || typeof value.kind !== "string" || typeof value.apiVersion !== "string") continue;
    const { kind, apiVersion } = value;
    const isOurs = isOfPortico(value);
    if (isOurs && kind !== "API" && isObject(value.metadata)) {
      const metadata = { namespace, ...value.metadata, name: String(value.metadata.name) };
      applied.push({ ...value, apiVersion, kind, metadata });
    } else if (isOurs && kind === "API" && isNamed(value.metadata, name, namespace)) {
      own = child(node, "spec");
    } else problems.push(passedOver(node, kind));
  }
  const spec = withoutSources(own?.value);
  if (own !== undefined) problems.push(...checkShape(apiSpec, { ...own, value: { ...spec, definition: [{ inline: "{}" }] } }).problems);
  return { applied, spec, files: files.filter((file) => file !== own?.file || own.pointer !== "/spec"), problems };
}

/** Objects are merged field by field; of a list, or of a plain value, what is said last counts. */
export const merged = (before: JsonObject, said: JsonObject): JsonObject => ({
  ...before,
  ...Object.fromEntries(
    Object.entries(said).map(([field, value]) => {
      const old = before[field];
      return [field, isObject(old) && isObject(value) ? merged(old, value) : value];
    }),
  ),
});

/** What an API's spec says beside where its image comes from: that is said anew, a document or the image itself. */
export function withoutSources(spec: unknown): JsonObject {
  const { image: _, inputHash: __, definition: ___, interceptors, ...kept } = isObject(spec) ? spec : {};
  if (!isObject(interceptors)) return interceptors === undefined ? kept : { ...kept, interceptors };
  const { source: ____, ...functions } = interceptors;
  return Object.keys(functions).length === 0 ? kept : { ...kept, interceptors: functions };
}

const isNamed = (metadata: unknown, name: string, namespace: string): boolean =>
  isObject(metadata) && metadata.name === name && (metadata.namespace ?? namespace) === namespace;

/** Whoever names a file with a Secret, say, may think that it is applied. */
function passedOver(node: Node, kind: string): Problem {
  const what = kind === "API" ? "Another API" : `A ${kind}`;
  const message = `${what} is not applied by this command. Apply it with \`kubectl apply\`.`;
  return warning("NotApplied", placeOf(child(node, "kind")), message);
}
