import { resources } from "../apply/kubernetes/kinds.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import { failure } from "./failure.ts";
import type { GetOptions } from "./get.ts";
import { inCluster } from "./in-cluster.ts";
import { layOut } from "./lay-out.ts";
import { terminalWidth } from "./paint.ts";
import { printable, printableJson } from "./printable.ts";
import { type ApiSummary, summaryOf } from "./stored-api.ts";

/** Writes the APIs of the cluster on stdout; the exit code. */
export const listApis = (options: GetOptions): Promise<number> =>
  inCluster(options, async ({ transport, namespace }) => {
    const found = await objectStore(transport).list(resources.apis, options.allNamespaces ? undefined : namespace, {});
    if (!found.ok) return failure(found.problems);
    const apis = found.value.map(summaryOf);
    if (options.json) process.stdout.write(printableJson(apis));
    else if (apis.length > 0) process.stdout.write(`${tableOf(apis, options.allNamespaces, terminalWidth(process.stdout) ?? 0)}\n`);
    else process.stderr.write(options.allNamespaces ? "There is no API in the cluster.\n" : `There is no API in ${namespace}.\n`);
    return 0;
  });

function tableOf(apis: readonly ApiSummary[], withNamespace: boolean, width: number): string {
  const heads = [...(withNamespace ? ["NAMESPACE"] : []), "NAME", "READY", "REASON", "OPERATIONS", "ADDRESS"];
  const rows = apis.map(({ namespace, name, ready, reason, operations, address }) => [
    ...(withNamespace ? [namespace] : []),
    ...[name, ready ? "True" : "False", reason, operations?.toString() ?? "", address ?? ""].map(printable),
  ]);
  return layOut([heads, ...rows], width);
}
