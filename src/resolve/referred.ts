import { qualifiedName } from "../api/qualified-name.ts";
import type { Resource } from "../api/resource.ts";
import { child } from "../text/node.ts";
import type { ClusterSettings } from "./settings.ts";

/** A reference to an object, which may be of another namespace. */
export interface Reference {
  readonly name: string;
  readonly namespace: string | undefined;
}

/** The object that is meant, under the name that it has from here: of other namespaces a cluster hands in those that may be used. */
export function referred<Spec>(
  found: ReadonlyMap<string, Resource<Spec>>,
  { name, namespace }: Reference,
  cluster: ClusterSettings | undefined,
): Resource<Spec> | undefined {
  if (namespace === undefined || cluster !== undefined) return found.get(qualifiedName(name, namespace, cluster?.namespace));
  const one = found.get(name);
  const itsNamespace = one && child(child(one.node, "metadata"), "namespace").value;
  return one !== undefined && itsNamespace === namespace ? { ...one, name: qualifiedName(name, namespace, undefined) } : undefined;
}

/** What helps where an object of another namespace is not found, or may not be used: which of the two is not said. */
export const grantAdvice = (kind: string, { name, namespace }: Reference, cluster: ClusterSettings | undefined): string =>
  cluster === undefined
    ? `Give it with \`metadata: {namespace: ${namespace}}\` among the resources.`
    : `Make it, and there a ReferenceGrant (Gateway API) from APIs of \`${cluster.namespace}\` to the ${kind} \`${name}\`.`;
