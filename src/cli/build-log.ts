import type { Client } from "../apply/kubernetes/client.ts";
import { followLog } from "../apply/kubernetes/follow-log.ts";
import { clusterProblem } from "../apply/kubernetes/problems.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { kanikoContainer } from "../image/kaniko/job.ts";
import { printableLines } from "./printable.ts";
import { statusOf } from "./stored-api.ts";

/** Hands on, on stderr, what the pod writes that builds an API's image, where its status names one that was not heard yet. */
export function buildLog({ config, server }: Pick<Client, "config" | "server">): (api: StoredObject, signal: AbortSignal) => void {
  const heard = new Set<string>();
  return (api, signal) => {
    const { buildPod = "" } = statusOf(api);
    const [namespace = "", pod = ""] = buildPod.split("/");
    if (pod === "" || heard.has(buildPod)) return;
    heard.add(buildPod);
    const write = (text: string): void => void process.stderr.write(printableLines(text));
    followLog(config, { namespace, pod, container: kanikoContainer }, { follow: true }, write, signal).catch((thrown: unknown) => {
      if (!signal.aborted) write(`${clusterProblem(server, `read the log of the pod ${buildPod}`, thrown).message}\n`);
    });
  };
}
