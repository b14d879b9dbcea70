import { customResourceDefinition } from "../api/crd.ts";
import { kindNames } from "../api/kinds.ts";
import { removeManifests } from "../apply/kubernetes/apply-manifest.ts";
import { watchCollection } from "../apply/kubernetes/collection.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { type Checked, checked } from "../problem.ts";
import { managedSelector } from "../workloads/object.ts";
import { failure } from "./failure.ts";
import { inCluster } from "./in-cluster.ts";
import { installedOperator } from "./installed-operator.ts";
import { ownManifests, usualBuildNamespace } from "./operator-manifests.ts";
import type { OperatorUninstallOptions } from "./operator-options.ts";

/** How long gateways may take to go (milliseconds). */
const patienceMs = 60_000;

/** Takes an operator out of the cluster, and where that is said all APIs too; the exit code. */
export const uninstallOperator = (options: OperatorUninstallOptions): Promise<number> =>
  inCluster(options, async ({ transport }) => {
    const installed = await installedOperator(transport, options.namespace);
    if (!installed.ok) return failure(installed.problems);
    const { namespace } = options;
    // What else is in a namespace may be somebody's: only the one that nobody else named goes.
    const goes = ({ kind, metadata }: { readonly kind: string; readonly metadata: { readonly name: string } }): boolean =>
      kind !== "Namespace" || metadata.name === usualBuildNamespace(namespace);
    const own = ownManifests(installed.value.options, installed.value.authorities).filter(goes).toReversed();
    const removed = await removeManifests(transport, own);
    if (!removed.ok) return failure(removed.problems);
    if (options.all) {
      const emptied = await removeObjects(transport);
      if (!emptied.ok) return failure(emptied.problems);
      const kinds = await removeManifests(transport, kindNames.map(customResourceDefinition));
      if (!kinds.ok) return failure(kinds.problems);
    }
    const rest = options.all ? "All APIs are gone with it." : "APIs and their gateways stay as they are.";
    process.stderr.write(`The operator is uninstalled. ${rest} \`kubectl delete namespace ${namespace}\` removes what is left there.\n`);
    return 0;
  });

/** Deletes all objects of the four kinds. What was made for them goes before their kinds do: of a kind that is gone nobody knows whose was whose. */
async function removeObjects(transport: Transport): Promise<Checked<void>> {
  const store = objectStore(transport);
  for (const resource of [resources.apis, resources.targetEndpoints, resources.rateLimitings, resources.securities]) {
    const found = await store.list(resource, undefined, {});
    if (!found.ok) return found;
    for (const { metadata } of found.value) {
      const removed = await store.remove(resource, metadata.namespace, metadata.name, metadata.uid);
      if (!removed.ok) return removed;
    }
  }
  await gone(transport);
  return checked(undefined, []);
}

/** Resolves when no gateway's Deployment is there any more, or it took too long. */
async function gone(transport: Transport): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(patienceMs)]);
  const check = (): void => {
    if (collection.objects.size === 0) ended.abort();
  };
  const selection = { resource: resources.deployments, labelSelector: managedSelector };
  const collection = watchCollection(transport, selection, { changed: check, failed: () => {} }, signal);
  const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  await Promise.race([collection.filled, over]);
  check();
  await over;
}
