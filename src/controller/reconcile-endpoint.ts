import { checkShape } from "../api/check.ts";
import { targetEndpointSpec } from "../api/target-endpoint.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { BackendWorkload } from "../model/workload.ts";
import { type Checked, checked } from "../problem.ts";
import { unserved } from "../resolve/gateway.ts";
import { backendWorkload } from "../resolve/workload.ts";
import { child, root } from "../text/node.ts";
import { backendHost, backendObjects, backendUrl } from "../workloads/backend.ts";
import type { KubernetesObject } from "../workloads/object.ts";
import { pullSecretName } from "../workloads/pull-secret.ts";
import { applyObject } from "./apply-objects.ts";
import { objectFile } from "./compile-gateway.ts";
import { endpointConditions, type Progress } from "./conditions.ts";
import { ownerOf } from "./ownership.ts";
import type { Outcome } from "./queue.ts";
import { retire } from "./retire.ts";
import { type Rollout, rolloutOf } from "./rollout.ts";
import { usedEndpoint } from "./used.ts";
import type { World } from "./world.ts";
import { writeStatus } from "./write-status.ts";

/** Deploys what a TargetEndpoint says is to be deployed, and says in its status where requests go. */
export async function reconcileEndpoint(world: World, key: string): Promise<Outcome> {
  const endpoint = world.collections.targetEndpoints.objects.get(key);
  if (endpoint === undefined || endpoint.metadata.deleted) {
    world.users.set(`TargetEndpoint ${key}`, []);
    return "done";
  }
  const { namespace, name } = endpoint.metadata;
  const { progress, fields, againMs } = await step(world, endpoint);
  const users = world.knowsUsers() ? { users: world.users.of(usedEndpoint(namespace, name)).size } : {};
  const kept = { collection: world.collections.targetEndpoints, resource: resources.targetEndpoints };
  const written = await writeStatus(world, kept, endpoint, { ...fields, ...users }, endpointConditions(progress));
  if (!written || progress.at === "unapplied") return "retry";
  return againMs === undefined ? "done" : { afterMs: againMs };
}

interface Step {
  readonly progress: Progress;
  /** When it is to be looked at again (milliseconds from now), though nothing changes. */
  readonly againMs?: number | undefined;
  /** One that is undefined is taken out. */
  readonly fields: { readonly address?: string; readonly replicas?: number | undefined };
}

async function step(world: World, endpoint: StoredObject): Promise<Step> {
  const node = root(objectFile(endpoint));
  const shape = checkShape(targetEndpointSpec, child(node, "spec"));
  if (!shape.ok) return { progress: { at: "refused", problems: shape.problems }, fields: {} };
  const spec = checked(shape.value, unserved("TargetEndpoint", node, shape.value));
  if (!spec.ok) return { progress: { at: "refused", problems: spec.problems }, fields: {} };
  const { namespace, name } = endpoint.metadata;
  const workload = backendWorkload(
    endpoint.metadata,
    spec.value,
    world.registrySecret.used.length === 0 ? [] : [pullSecretName(ownerOf(endpoint))],
  );
  const objects = workload === undefined ? checked([], []) : await objectsOf(world, endpoint, workload);
  if (!objects.ok) return { progress: { at: "unapplied", problems: objects.problems }, fields: {} };
  let rollout: Rollout = { kind: "progressing", message: "The Deployment was made." };
  for (const object of objects.value) {
    const applied = await applyObject(object, world);
    if (!applied.ok) return { progress: { at: "unapplied", problems: applied.problems }, fields: {} };
    if (object.kind === "Deployment") rollout = rolloutOf(applied.value.value);
  }
  const isUsed = !world.knowsUsers() || world.users.of(usedEndpoint(namespace, name)).size > 0;
  const retired = await retire(world, endpoint, objects.value, {
    isUsed,
    isAsked: () => world.owned.isAsked(backendHost(name, namespace)),
  });
  if (!retired.ok) return { progress: { at: "unapplied", problems: retired.problems }, fields: {} };
  if (workload === undefined)
    return {
      againMs: retired.value,
      progress: { at: "applied", rollout: { kind: "complete", pods: 0 } },
      fields: { address: urlOf(spec.value), replicas: undefined },
    };
  return {
    againMs: retired.value,
    progress: { at: "applied", rollout },
    fields: { address: backendUrl(workload), replicas: rollout.kind === "failed" ? 0 : (rollout.pods ?? 0) },
  };
}

/** What is deployed, and the Secret with which its image is pulled: the registry may be the gateways' own. */
async function objectsOf(world: World, endpoint: StoredObject, workload: BackendWorkload): Promise<Checked<readonly KubernetesObject[]>> {
  const owner = ownerOf(endpoint);
  const { namespace, name } = endpoint.metadata;
  world.users.set(`TargetEndpoint ${namespace}/${name}`, world.registrySecret.used);
  const copy = await world.registrySecret.copyFor(namespace, owner);
  if (!copy.ok) return copy;
  return checked([...(copy.value === undefined ? [] : [copy.value]), ...backendObjects(workload, owner)], []);
}

const urlOf = ({ url, urls = [] }: { readonly url?: string | undefined; readonly urls?: readonly string[] | undefined }): string =>
  url ?? urls[0] ?? "";
