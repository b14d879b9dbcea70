import { dump } from "js-yaml";
import { dnsLabel } from "../api/name.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { type ObjectStore, objectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { objectFile } from "../controller/compile-gateway.ts";
import { type Checked, checked, error, type Problem, wholeFile } from "../problem.ts";
import { isObject } from "../text/node.ts";
import type { AddApiOptions } from "./add.ts";
import { allOf, type Manifests, manifestsOf } from "./api-manifests.ts";
import { configMapOf, type Manifest } from "./api-objects.ts";
import { failure } from "./failure.ts";
import { inCluster, type OpenCluster } from "./in-cluster.ts";
import { reportProblems } from "./report-problems.ts";
import { waitForApi } from "./wait-for-api.ts";

/** Whether an API is new, or is there already. */
export type Intent = "add" | "update";

/** Checks documents, stores them in the cluster with their API, and waits until that serves; the exit code. */
export async function applyApi(name: string, options: AddApiOptions, intent: Intent): Promise<number> {
  const named = dnsLabel.safeParse(name);
  if (!named.success) return failure([error("WrongValue", wholeFile(name), `${named.error.issues[0]?.message ?? ""}`)]);
  if (options.dryRun === "client") return printApi(name, options);
  return inCluster(options, (cluster) => applyTo(cluster, name, options, intent));
}

/** What would be applied, checked as far as that goes without a cluster. */
async function printApi(name: string, options: AddApiOptions): Promise<number> {
  const made = await manifestsOf(name, options.namespace ?? "default", options, []);
  if (!made.ok) return failure(made.problems);
  reportProblems(made.problems, [], process.stderr);
  process.stdout.write(printed(allOf(made.value), options.output ?? "yaml"));
  return 0;
}

async function applyTo({ transport, namespace }: OpenCluster, name: string, options: AddApiOptions, intent: Intent): Promise<number> {
  const store = objectStore(transport, "portico-cli", options.dryRun === "server");
  const [there, endpoints] = await Promise.all([
    store.read(resources.apis, namespace, name),
    store.list(resources.targetEndpoints, namespace, {}),
  ]);
  if (!there.ok || !endpoints.ok) return failure([...there.problems, ...endpoints.problems]);
  const wrong = unfit(there.value, name, namespace, intent);
  if (wrong !== undefined) return failure([wrong]);
  const fresh = await manifestsOf(name, namespace, options, endpoints.value.map(objectFile));
  if (!fresh.ok) return failure(fresh.problems);
  reportProblems(fresh.problems, [], process.stderr);
  const made = asking(fresh.value, there.value, options);
  const began = performance.now();
  const applied = await applyAll(store, made);
  if (!applied.ok) return failure(applied.problems);
  if (options.output !== undefined) process.stdout.write(printed(allOf(made), options.output));
  if (options.dryRun !== undefined || !options.wait) return 0;
  return waitForApi(transport, { namespace, name, ...applied.value, inputHash: made.inputHash }, { seconds: options.timeout, began });
}

function unfit(there: StoredObject | undefined, name: string, namespace: string, intent: Intent): Problem | undefined {
  const where = wholeFile(`API/${name}`);
  if (intent === "add" && there !== undefined)
    return error(
      "NameTaken",
      where,
      `There is an API of this name in ${namespace} already. Change it with \`kubectl update api\`, or choose another name.`,
    );
  if (intent === "update" && there === undefined)
    return error(
      "UnknownApi",
      where,
      `There is no API of this name in ${namespace}. Add it with \`kubectl add api\`, or name the namespace that has it.`,
    );
  return undefined;
}

/**
 * What is left unsaid stays as it is. Another document under the version that serves is an ask to build just that: the tag then moves, which is said.
 */
function asking(made: Manifests, there: StoredObject | undefined, { version, override }: AddApiOptions): Manifests {
  const spec = isObject(there?.value.spec) ? there.value.spec : {};
  const status = isObject(there?.value.status) ? there.value.status : {};
  // Where an image comes from is said anew: a document, or the image itself.
  const { image: _, inputHash: __, definition: ___, ...kept } = spec;
  const { inputHash } = made;
  const other = inputHash !== undefined && status.inputHash !== undefined && status.inputHash !== inputHash;
  const moves = other && there !== undefined && version === undefined;
  if (moves) process.stderr.write("The version stays as it is: its tag moves to the new image, where it is not the same.\n");
  const annotations = inputHash !== undefined && (moves || override) ? { annotations: { "portico.dev/rebuild-to": inputHash } } : {};
  const api = { ...made.api, metadata: { ...made.api.metadata, ...annotations }, spec: { ...kept, ...Object(made.api.spec) } };
  return { ...made, api };
}

/** Applies what the API needs, the API, and then its documents once more, which now belong to it and go with it. */
async function applyAll(
  store: ObjectStore,
  { resources: before, maps, namespace, api }: Manifests,
): Promise<Checked<{ readonly generation: number; readonly resourceVersion: string }>> {
  for (const one of [...before, ...maps.map((map) => configMapOf(map, namespace))]) {
    const applied = await store.apply(one);
    if (!applied.ok) return applied;
  }
  const added = await store.apply(api);
  if (!added.ok) return added;
  const { name, uid, generation, resourceVersion } = added.value.metadata;
  for (const map of maps) {
    const owned = await store.apply(configMapOf(map, namespace, { name, uid }));
    if (!owned.ok) return owned;
  }
  return checked({ generation, resourceVersion }, []);
}

const printed = (manifests: readonly Manifest[], format: "yaml" | "json"): string =>
  format === "json"
    ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }, undefined, 2)}\n`
    : manifests.map((one) => dump(one, { lineWidth: -1, noRefs: true })).join("---\n");
