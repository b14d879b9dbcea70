import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { apiSpecOf, clusterSettings, defaultsOf } from "../controller/compile-gateway.ts";
import { configMapReader, definitionsOf } from "../controller/definitions.ts";
import { loadDefinitions } from "../source/definition.ts";
import type { SourceFile } from "../text/node.ts";
import type { ContractSources } from "./broken-by-update.ts";

/** What clients of an API could rely on so far, by the documents that the cluster has; undefined where those cannot be read. */
export async function promisedBefore(
  store: Pick<ObjectStore, "read">,
  there: StoredObject,
  resources: readonly SourceFile[],
): Promise<ContractSources | undefined> {
  const spec = apiSpecOf(there);
  if (!spec.ok) return undefined;
  const { namespace, name } = there.metadata;
  const definitions = definitionsOf(spec.value);
  const { documents } = await loadDefinitions(definitions, configMapReader(store, namespace), spec.value.interceptors?.source);
  const cluster = clusterSettings(namespace, definitions.length === 1 ? name : undefined, defaultsOf(spec.value, namespace));
  return { documents, resources, cluster };
}
