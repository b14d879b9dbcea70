import { setTimeout as wait } from "node:timers/promises";
import { type Checked, checked, failed } from "../../problem.ts";
import type { BuildCluster, MadeObject } from "./cluster.ts";
import { kanikoInputs } from "./inputs.ts";
import { kanikoJob } from "./job.ts";
import { buildFailed } from "./run-job.ts";
import type { KanikoBuild, KanikoSettings, KubernetesObject } from "./settings.ts";

/** Makes a build's Job and what it reads, or finds them made. */
export async function makeJob(
  cluster: BuildCluster,
  settings: KanikoSettings,
  build: KanikoBuild,
  signal: AbortSignal,
): Promise<Checked<void>> {
  const job = await cluster.create(kanikoJob(settings, build));
  if (!job.ok) return job;
  for (const input of kanikoInputs(settings, build, job.value.uid)) {
    const made = await (job.value.isNew ? madeAnew(cluster, build, input, signal) : cluster.create(input));
    if (!made.ok) return made;
  }
  return checked(undefined, []);
}

/** An input that a new Job finds there belongs to one of the same name before it, and goes with that: the pod would wait for it until its time is over. */
async function madeAnew(
  cluster: BuildCluster,
  { name }: KanikoBuild,
  input: KubernetesObject,
  signal: AbortSignal,
): Promise<Checked<MadeObject>> {
  for (let turn = 0; turn < mostTurns; turn++) {
    const made = await cluster.create(input);
    if (signal.aborted || !made.ok || made.value.isNew) return made;
    await wait(turnMs, undefined, { signal }).catch(() => {});
  }
  return failed(buildFailed(name, "What a Job of this name before it had is still there.", []));
}

/** How often a cluster is asked whether it has removed what belonged to a Job that is gone, and how long between (milliseconds). */
const mostTurns = 120;
const turnMs = 500;
