import { dump } from "js-yaml";
import { dnsLabel } from "../api/name.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { type ObjectStore, objectStore } from "../apply/kubernetes/objects.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { objectFile } from "../controller/compile-gateway.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import type { SourceFile } from "../text/node.ts";
import type { AddApiOptions } from "./add.ts";
import { allOf, type Manifests, manifestsOf, specOf } from "./api-manifests.ts";
import { configMapOf, type Manifest } from "./api-objects.ts";
import { brokenByUpdate } from "./broken-by-update.ts";
import { buildLog } from "./build-log.ts";
import { everywhere } from "./everywhere.ts";
import { failure } from "./failure.ts";
import { inCluster, type OpenCluster } from "./in-cluster.ts";
import { mergedApi } from "./merged-api.ts";
import { offerSecrets } from "./offer-secrets.ts";
import { promisedBefore } from "./promised-before.ts";
import { reportProblems } from "./report-problems.ts";
import { type Wanted, waitForApi } from "./wait-for-api.ts";

/** Whether an API is new, or is there already. */
export type Intent = "add" | "update";

/** Checks documents, stores them in the cluster with their API, and waits until that serves; the exit code. */
export async function applyApi(name: string, options: AddApiOptions, intent: Intent): Promise<number> {
  for (const label of [name, ...(options.namespace === undefined ? [] : [options.namespace])]) {
    const named = dnsLabel.safeParse(label);
    if (!named.success) return failure([error("WrongValue", wholeFile(label), `${named.error.issues[0]?.message ?? ""}`)]);
  }
  if (options.dryRun === "client") return printApi(name, options);
  return inCluster(options, (cluster) => applyTo(cluster, name, options, intent));
}

/** What would be applied, checked as far as that goes without a cluster. */
async function printApi(name: string, options: AddApiOptions): Promise<number> {
  const made = await manifestsOf(name, options.namespace ?? "default", options, []);
  if (!made.ok) return failure(made.problems);
  const spec = specOf(made.value.api);
  if (!spec.ok) return failure(spec.problems);
  reportProblems(made.problems, [], process.stderr);
  process.stdout.write(printed(allOf(made.value), options.output ?? "yaml"));
  return 0;
}

async function applyTo(
  { client, transport, namespace }: OpenCluster,
  name: string,
  options: AddApiOptions,
  intent: Intent,
): Promise<number> {
  const store = objectStore(transport, "portico-cli", options.dryRun === "server");
  const [there, endpoints, securities, limits] = await Promise.all([
    store.read(resources.apis, namespace, name),
    everywhere(store, resources.targetEndpoints, namespace),
    everywhere(store, resources.securities, namespace),
    everywhere(store, resources.rateLimitings, namespace),
  ]);
  if (!there.ok || !endpoints.ok || !securities.ok || !limits.ok)
    return failure([there, endpoints, securities, limits].flatMap(({ problems }) => problems));
  const wrong = unfit(there.value, name, namespace, intent);
  if (wrong !== undefined) return failure([wrong]);
  const known = [...endpoints.value, ...securities.value, ...limits.value].map((one) => objectFile(one, namespace));
  const fresh = await manifestsOf(name, namespace, options, known, there.value);
  if (!fresh.ok) return (await offerSecrets(store, namespace, options, fresh.problems)) ?? failure(fresh.problems);
  reportProblems(fresh.problems, [], process.stderr);
  if (there.value !== undefined) await reportBroken(store, there.value, known, fresh.value);
  const made = mergedApi(fresh.value, there.value, options);
  const began = performance.now();
  const sound = await beforeAnyIsSent(transport, made);
  if (!sound.ok) return failure(sound.problems);
  const applied = await applyAll(store, made, there.value);
  if (!applied.ok) return failure(applied.problems);
  if (options.output !== undefined) process.stdout.write(printed(allOf(made), options.output));
  if (options.dryRun !== undefined || !options.wait) return 0;
  return waitForApi(
    transport,
    { namespace, name, ...applied.value, inputHash: made.inputHash },
    {
      seconds: options.timeout,
      began,
      isPrinted: options.output !== undefined,
      ...(options.buildLog ? { seen: buildLog(client) } : {}),
    },
  );
}

/** Says what an update breaks for clients. */
async function reportBroken(store: ObjectStore, there: StoredObject, known: readonly SourceFile[], { promised }: Manifests): Promise<void> {
  if (promised === undefined) return;
  const before = await promisedBefore(store, there, known);
  if (before === undefined) return;
  const texts = before.documents.map(({ files }) => files.root);
  reportProblems(brokenByUpdate(before, promised), texts, process.stderr);
}

/** Whether the cluster would take the API: what it needs is not changed for one that is refused. */
async function beforeAnyIsSent(transport: Transport, made: Manifests): Promise<Checked<unknown>> {
  const spec = specOf(made.api);
  return spec.ok ? objectStore(transport, "portico-cli", true).apply(made.api) : spec;
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

/** Applies what the API needs, the API, and then its documents once more, which now belong to it and go with it. */
async function applyAll(
  store: ObjectStore,
  { resources: before, maps, namespace, api }: Manifests,
  there: StoredObject | undefined,
): Promise<Checked<Pick<Wanted, "generation" | "resourceVersion">>> {
  const taken = await mapsThere(store, maps, namespace, api.metadata.name);
  if (!taken.ok) return taken;
  // One that is there has its documents already: they stay its own.
  const owner = there && { name: there.metadata.name, uid: there.metadata.uid };
  for (const one of [...before, ...maps.map((map) => configMapOf(map, namespace, owner))]) {
    const applied = await store.apply(one);
    if (!applied.ok) return applied;
  }
  const added = await store.apply(api);
  if (!added.ok) return added;
  const { name, uid, generation, resourceVersion } = added.value.metadata;
  let changed = resourceVersion !== there?.metadata.resourceVersion;
  for (const map of maps) {
    const owned = await store.apply(configMapOf(map, namespace, { name, uid }));
    if (!owned.ok) return owned;
    changed ||= owned.value.metadata.resourceVersion !== taken.value.get(map.name);
  }
  return checked({ generation, resourceVersion: changed ? resourceVersion : undefined }, []);
}

/** The versions of those ConfigMaps that are there. Fails with NameTaken where one is somebody else's: it would be overwritten, and go with the API. */
async function mapsThere(
  store: ObjectStore,
  maps: Manifests["maps"],
  namespace: string,
  api: string,
): Promise<Checked<ReadonlyMap<string, string>>> {
  const versions = new Map<string, string>();
  for (const { name } of maps) {
    const found = await store.read(resources.configMaps, namespace, name);
    if (!found.ok) return found;
    if (found.value === undefined) continue;
    const { labels, owners, resourceVersion } = found.value.metadata;
    const isOurs = labels["app.kubernetes.io/managed-by"] === "portico-cli" || owners.some((one) => one.kind === "API" && one.name === api);
    if (!isOurs)
      return failed(
        error(
          "NameTaken",
          wholeFile(`ConfigMap/${name}`),
          `A ConfigMap of this name is there already, and not this command's to change. Remove it, or choose another name.`,
        ),
      );
    versions.set(name, resourceVersion);
  }
  return checked(versions, []);
}

const printed = (manifests: readonly Manifest[], format: "yaml" | "json"): string =>
  format === "json"
    ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }, undefined, 2)}\n`
    : manifests.map((one) => dump(one, { lineWidth: -1, noRefs: true })).join("---\n");
