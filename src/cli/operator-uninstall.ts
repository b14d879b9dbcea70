import { customResourceDefinition } from "../api/crd.ts";
import { kindNames } from "../api/kinds.ts";
import { removeManifests } from "../apply/kubernetes/apply-manifest.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import type { Transport } from "../apply/kubernetes/transport.ts";
import { type Checked, checked } from "../problem.ts";
import type { OperatorManifest } from "../workloads/operator-object.ts";
import { failure } from "./failure.ts";
import { inCluster } from "./in-cluster.ts";
import { type InstalledOperator, installedOperator } from "./installed-operator.ts";
import { madeIsGone } from "./made-is-gone.ts";
import { ownManifests, usualBuildNamespace } from "./operator-manifests.ts";
import type { OperatorUninstallOptions } from "./operator-options.ts";

/** Takes an operator out of the cluster, and where that is said all APIs too; the exit code. */
export const uninstallOperator = (options: OperatorUninstallOptions): Promise<number> =>
  inCluster(options, async ({ transport }) => {
    const { namespace, all } = options;
    const installed = await installedOperator(transport, namespace);
    // What an uninstallation left that did not come to its end is taken out, too.
    const isGone = installed.problems.some(({ reason }) => reason === "NoOperator");
    if (!(installed.ok || (all && isGone))) return failure(installed.problems);
    const removed = installed.ok ? await removeManifests(transport, ownOf(installed.value, namespace)) : checked(undefined, []);
    if (!removed.ok) return failure(removed.problems);
    const emptied = all ? await removeKinds(transport) : checked(undefined, []);
    if (!emptied.ok) return failure(emptied.problems);
    const rest = all ? "All APIs are gone with it." : "APIs and their gateways stay as they are.";
    process.stderr.write(`The operator is uninstalled. ${rest} \`kubectl delete namespace ${namespace}\` removes what is left there.\n`);
    return 0;
  });

/** What is removed of an operator, the last first. What else is in a namespace may be somebody's: only the one that nobody else named goes. */
const ownOf = ({ options, authorities }: InstalledOperator, namespace: string): readonly OperatorManifest[] =>
  ownManifests(options, authorities)
    .filter(({ kind, metadata }) => kind !== "Namespace" || metadata.name === usualBuildNamespace(namespace))
    .toReversed();

/** Deletes all objects of the four kinds, and then the kinds. What was made for them goes before: of a kind that is gone nobody knows whose was whose. */
async function removeKinds(transport: Transport): Promise<Checked<void>> {
  const store = objectStore(transport);
  for (const resource of [resources.apis, resources.targetEndpoints, resources.rateLimitings, resources.securities]) {
    const found = await store.list(resource, undefined, {});
    // An uninstallation that did not come to its end may have taken some of the kinds.
    if (!found.ok && found.problems.some(({ message }) => message.includes(" 404 "))) continue;
    if (!found.ok) return found;
    for (const { metadata } of found.value) {
      const removed = await store.remove(resource, metadata.namespace, metadata.name, metadata.uid);
      if (!removed.ok) return removed;
    }
  }
  const left = await madeIsGone(transport);
  return left.ok ? removeManifests(transport, kindNames.map(customResourceDefinition)) : left;
}
