import { z } from "zod";
import { type ApiResource, resources } from "../apply/kubernetes/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { type Checked, checked, failed } from "../problem.ts";
import { gatewayLabels, imageAnnotation, mountedName } from "../workloads/gateway-content.ts";
import type { World } from "./world.ts";

/**
 * Removes the mounted parts of images that no pod has or is to have: an API whose pods never come would else keep one for each image that was tried. Says of which inputs a part is left;
 * undefined where nothing was looked at, for one beside the newest is that of what serves.
 */
export async function pruneMounted(
  { owned, store, log }: Pick<World, "owned" | "store" | "log">,
  api: StoredObject,
  workload: GatewayWorkload,
  newest: string,
): Promise<((inputHash: string) => boolean) | undefined> {
  const { namespace, name } = api.metadata;
  const nameOf = (inputHash: string): string => mountedName(workload.api, inputHash);
  const others = owned
    .of(api.metadata.uid)
    .filter(({ metadata }) => imageAnnotation in metadata.annotations && metadata.name !== nameOf(newest));
  if (others.length < 2) return undefined;
  const kept = await namedBy(store, workload);
  const problems = [...kept.problems];
  if (kept.ok) {
    kept.value.add(nameOf(newest));
    for (const { metadata } of others.filter((one) => !kept.value.has(one.metadata.name))) {
      const removed = await store.remove(resources.secrets, namespace, metadata.name, metadata.uid);
      if (removed.ok) continue;
      problems.push(...removed.problems);
      kept.value.add(metadata.name);
    }
  }
  // What is left is looked at again with the next image.
  for (const { message } of problems)
    log("warning", "What no pod has mounted any more could not be removed.", { namespace, name, why: message });
  return kept.ok ? (inputHash) => kept.value.has(nameOf(inputHash)) : undefined;
}

const podSpec = z.looseObject({
  volumes: z.array(z.looseObject({ secret: z.looseObject({ secretName: z.string().default("") }).optional() })).default([]),
});
const ofPods = z
  .looseObject({ spec: podSpec, status: z.looseObject({ phase: z.string().default("") }).prefault({}) })
  .transform(({ spec, status }) => (status.phase === "Succeeded" || status.phase === "Failed" ? [] : [spec]));
const template = z.looseObject({ spec: podSpec });
const ofDeployments = z.looseObject({ spec: z.looseObject({ template }) }).transform(({ spec }) => [spec.template.spec]);
/** One without replicas makes no pods before the Deployment is as it is once more, and before that its part is written anew. */
const ofReplicaSets = z
  .looseObject({ spec: z.looseObject({ replicas: z.number().default(1), template }) })
  .transform(({ spec }) => (spec.replicas === 0 ? [] : [spec.template.spec]));

/** The Secrets that a gateway's pods have mounted, or will have. */
async function namedBy(store: World["store"], { api, namespace }: GatewayWorkload): Promise<Checked<Set<string>>> {
  const names = new Set<string>();
  const kinds: readonly (readonly [ApiResource, z.ZodType<readonly z.infer<typeof podSpec>[]>])[] = [
    [resources.deployments, ofDeployments],
    [resources.replicaSets, ofReplicaSets],
    // Last: the pods of what lost its replicas just now are still there.
    [resources.pods, ofPods],
  ];
  for (const [resource, schema] of kinds) {
    const found = await store.list(resource, namespace, gatewayLabels(api));
    if (!found.ok) return failed(...found.problems);
    for (const { volumes } of found.value.flatMap(({ value }) => schema.parse(value)))
      for (const { secret } of volumes) if (secret !== undefined) names.add(secret.secretName);
  }
  return checked(names, []);
}
