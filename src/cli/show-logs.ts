import { setTimeout as wait } from "node:timers/promises";
import { watchCollection } from "../apply/kubernetes/collection.ts";
import { followLog } from "../apply/kubernetes/follow-log.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { listAll, type Selection } from "../apply/kubernetes/list-and-watch.ts";
import { objectStore } from "../apply/kubernetes/objects.ts";
import { clusterProblem } from "../apply/kubernetes/problems.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { isObject } from "../text/node.ts";
import { gatewayLabels } from "../workloads/gateway-content.ts";
import { gatewayContainer } from "../workloads/gateway-pods.ts";
import { failure } from "./failure.ts";
import { inCluster, type OpenCluster } from "./in-cluster.ts";
import type { LogsOptions } from "./logs.ts";
import { storedApi } from "./stored-api.ts";

/** Writes the log of a gateway's pods on stdout, as they wrote it; the exit code. */
export const showLogs = (name: string, options: LogsOptions): Promise<number> =>
  inCluster(options, async (cluster) => {
    const { transport, namespace } = cluster;
    const api = await storedApi(objectStore(transport), namespace, name);
    if (!api.ok) return failure(api.problems);
    const labelSelector = Object.entries(gatewayLabels(name))
      .map(([label, value]) => `${label}=${value}`)
      .join(",");
    const selection = { resource: resources.pods, namespace, labelSelector };
    try {
      return await (options.follow ? follow(cluster, selection, options) : printOnce(cluster, selection, options));
    } catch (thrown) {
      return failure([clusterProblem(transport.server, "read the gateway's log", thrown)]);
    }
  });

async function printOnce({ client, transport, namespace }: OpenCluster, selection: Selection, { tail }: LogsOptions): Promise<number> {
  const { objects } = await listAll(transport, selection);
  const started = objects.filter(hasStarted);
  if (started.length === 0) process.stderr.write("Its gateway has no pod that runs. `portico status` says why.\n");
  const told = new AbortController().signal;
  for (const { metadata } of started) {
    const of = { namespace, pod: metadata.name, container: gatewayContainer };
    await followLog(client.config, of, { follow: false, tail }, wholeLines(), told);
  }
  return 0;
}

/** Follows every pod that is there or comes, until Ctrl-C. */
async function follow({ client, transport, namespace }: OpenCluster, selection: Selection, { tail }: LogsOptions): Promise<number> {
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  const followed = new Set<string>();
  const changed = (_: string, pod: StoredObject | undefined): void => {
    if (pod === undefined || !hasStarted(pod) || followed.has(pod.metadata.uid)) return;
    followed.add(pod.metadata.uid);
    const of = { namespace, pod: pod.metadata.name, container: gatewayContainer };
    // A log that cannot be read is one of a pod that went: those that are left go on.
    void followLog(client.config, of, { follow: true, tail }, wholeLines(), ended.signal).catch(() => {});
  };
  const failed = (): void => void process.stderr.write("The cluster does not answer; it is asked again.\n");
  watchCollection(transport, selection, { changed, failed }, ended.signal);
  await wait(2 ** 31 - 1, undefined, { signal: ended.signal }).catch(() => {});
  return 0;
}

/** Lines of several pods come at once: each is written whole. */
function wholeLines(): (text: string) => void {
  let rest = "";
  return (text) => {
    const end = text.lastIndexOf("\n") + 1;
    if (end > 0) process.stdout.write(rest + text.slice(0, end));
    rest = end > 0 ? text.slice(end) : rest + text;
  };
}

/** Whether a pod's container has written something, or may have. */
function hasStarted({ value }: StoredObject): boolean {
  const phase = isObject(value.status) ? value.status.phase : undefined;
  return phase === "Running" || phase === "Succeeded" || phase === "Failed";
}
