import { randomUUID } from "node:crypto";
import { resources } from "../apply/kubernetes/kinds.ts";
import { keyOf, type StoredObject } from "../apply/kubernetes/stored-object.ts";
import { hostsOf } from "../compile/envoy/update.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import type { Problem } from "../problem.ts";
import { gatewayObjects } from "../workloads/gateway.ts";
import {
  type GatewayContent,
  gatewayLabels,
  gatewayName,
  mountedAnnotation,
  mountedHash,
  patchesFile,
} from "../workloads/gateway-content.ts";
import type { KubernetesObject } from "../workloads/object.ts";
import { applyObject } from "./apply-objects.ts";
import type { Progress } from "./conditions.ts";
import { pruneMounted } from "./mounted-parts.ts";
import { ownerOf, prune } from "./ownership.ts";
import { type Rollout, rolloutOf } from "./rollout.ts";
import type { World } from "./world.ts";

/**
 * Puts a gateway's objects into the cluster, and takes out those that it needs no more once its new pods serve; of what no pod needs nothing more is mounted before that. `pullSecret` is
 * the copy of what opens the registry; undefined where that is open.
 */
export async function servingOf(
  world: World,
  api: StoredObject,
  workload: GatewayWorkload,
  content: GatewayContent,
  pullSecret: KubernetesObject | undefined,
): Promise<Progress> {
  const progress = await appliedAll(world, api, workload, content, pullSecret);
  if (progress.at === "applied" && progress.rollout.kind === "complete") return progress;
  const isMounted = await pruneMounted(world, api, workload, content.inputHash);
  if (isMounted === undefined) return progress;
  world.gateways.keepMounted(keyOf(api), isMounted);
  forgetOthers(world.untouched.get(keyOf(api)), isMounted);
  return progress;
}

/** The file of the mounted part that says where requests go. */
export const clustersFile = "clusters.json";

/** What a gateway serves: where it sends requests to is what its files say. */
export const contentOf = (content: Omit<GatewayContent, "hosts">): GatewayContent => ({
  ...content,
  hosts: hostsOf(content.mounted.get(clustersFile) ?? ""),
});

async function appliedAll(
  world: World,
  api: StoredObject,
  workload: GatewayWorkload,
  content: GatewayContent,
  pullSecret: KubernetesObject | undefined,
): Promise<Progress> {
  const objects = [...(pullSecret === undefined ? [] : [pullSecret]), ...gatewayObjects(workload, content, ownerOf(api))];
  let rollout: Rollout = { kind: "progressing", message: "The Deployment was made." };
  for (const object of objects) {
    if (object.kind === "Deployment") {
      const problems = await touchPods(world, workload, content);
      if (problems.length > 0) return { at: "unapplied", problems };
    }
    const applied = await applyObject(object, world);
    if (!applied.ok) return { at: "unapplied", problems: applied.problems };
    // What is watched may be older than what was just written.
    if (object.kind === "Deployment") rollout = rolloutOf(applied.value.value);
  }
  if (rollout.kind === "complete") {
    const pruned = await prune(world, api, objects);
    if (!pruned.ok) return { at: "unapplied", problems: pruned.problems };
    forgetOthers(world.untouched.get(keyOf(api)), (inputHash) => inputHash === content.inputHash);
  }
  return { at: "applied", rollout: withAdvice(rollout, content) };
}

/** What people have patched may be what keeps pods from beginning. */
const withAdvice = (rollout: Rollout, { mounted }: GatewayContent): Rollout =>
  rollout.kind === "complete" || !mounted.has(patchesFile)
    ? rollout
    : {
        ...rollout,
        message: `${rollout.message} Envoy looks at what \`envoyPatches\` make first: where it does not take it, the log of the pods' container \`validate\` says why.`,
      };

/**
 * Kubelet looks at what is mounted when a pod changes, else once a minute or so. The Deployment says for which files its pods were touched:
 * where it does not say these, they are touched once more. One that cannot be touched holds up no other, and is owed it: until it was, files that are others again are told by another value
 * each time, for what it was told last may be what they were before.
 */
export async function touchPods(
  { owned, store, untouched }: Touching,
  { api, namespace }: GatewayWorkload,
  content: GatewayContent,
): Promise<readonly Problem[]> {
  const hash = mountedHash(content);
  const owed = untouched.get(`${namespace}/${api}`) ?? new Map<string, OwedTouch>();
  const before = owed.get(content.inputHash);
  const deployment = owned.find("Deployment", namespace, gatewayName(api));
  if (deployment === undefined || (deployment.metadata.annotations[mountedAnnotation] === hash && before === undefined)) return [];
  const told = toldFor(hash, before);
  untouched.set(`${namespace}/${api}`, owed.set(content.inputHash, { hash, told }));
  const pods = await store.list(resources.pods, namespace, gatewayLabels(api));
  if (!pods.ok) return pods.problems;
  const problems: Problem[] = [];
  for (const { metadata } of pods.value.filter((pod) => pod.metadata.annotations[mountedAnnotation] !== told))
    problems.push(...(await store.annotate(resources.pods, namespace, metadata.name, { [mountedAnnotation]: told })).problems);
  // Files may come without the Deployment, and be once more as it was told before.
  if (problems.length === 0)
    problems.push(...(await store.annotate(resources.deployments, namespace, gatewayName(api), { [mountedAnnotation]: hash })).problems);
  if (problems.length === 0) owed.delete(content.inputHash);
  return problems;
}

/** Of images that are gone nothing is mounted any more. */
function forgetOthers(owed: Map<string, OwedTouch> | undefined, isMounted: (inputHash: string) => boolean): void {
  for (const one of owed?.keys() ?? []) if (!isMounted(one)) owed?.delete(one);
}

/** What pods are told of files: those that were to be told of the same ones and were not are told what the others were. */
function toldFor(hash: string, before: OwedTouch | undefined): string {
  if (before === undefined) return hash;
  return before.hash === hash ? before.told : `${hash}-${randomUUID()}`;
}

/** A touch that some pods are still owed: for which files, and what the others were told. */
interface OwedTouch {
  readonly hash: string;
  readonly told: string;
}

/** Those of all APIs, for the mounted parts of their images, by what these were made from. */
export type OwedTouches = Map<string, Map<string, OwedTouch>>;

type Touching = Pick<World, "owned" | "store" | "untouched">;

/** Whether not all pods were touched for what was written last into the mounted part of an image. */
export const isTouchOwed = ({ untouched }: Pick<World, "untouched">, { api, namespace }: GatewayWorkload, inputHash: string): boolean =>
  untouched.get(`${namespace}/${api}`)?.has(inputHash) === true;
