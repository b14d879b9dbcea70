import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import type { Problem } from "../problem.ts";
import { gatewayObjects } from "../workloads/gateway.ts";
import { mountedName } from "../workloads/gateway-content.ts";
import { applyObject } from "./apply-objects.ts";
import { ownerOf } from "./ownership.ts";
import { touchPods } from "./serving.ts";
import type { World } from "./world.ts";

/** The files of the mounted part that say who is let in: what credentials are checked with, and the addresses. */
const followedFiles = ["tokens.json", "blocked.json", "keys.json", "agent.json", "trust.json", "addresses.json"];

/**
 * What serves goes on while what its API asks for cannot be had: its document is wrong, say, or its version stands for another one. Who is let in by it is all the same who may be let in
 * now. What cannot be brought up to date is written into the log.
 */
export async function followCredentials(
  world: World,
  api: StoredObject,
  workload: GatewayWorkload,
  certificate: string | undefined,
): Promise<void> {
  const { namespace, name } = api.metadata;
  for (const { message } of await follow(world, api, workload, certificate))
    world.log("warning", "Credentials of what serves could not be brought up to date.", { namespace, name, why: message });
}

async function follow(
  world: World,
  api: StoredObject,
  workload: GatewayWorkload,
  certificate: string | undefined,
): Promise<readonly Problem[]> {
  const served = await world.gateways.served(api, workload);
  if (served === undefined) return [];
  if (!served.ok) return served.problems;
  const { image = "", inputHash, mounted } = served.value;
  const secret = mountedName(workload.api, inputHash);
  const there = await world.store.secret(workload.namespace, secret);
  if (!there.ok) return there.problems;
  if (there.value === undefined) return [];
  const before = new Map([...there.value].map(([file, text]) => [file, text.reveal()] as const));
  const now = mounted.open();
  const changed = followedFiles.flatMap((file) => {
    const text = now.get(file);
    return text === undefined || !before.has(file) || before.get(file) === text ? [] : [[file, text] as const];
  });
  if (changed.length === 0) return [];
  const content = { image, inputHash, mounted: new Map([...before, ...changed]), certificate };
  const object = gatewayObjects(workload, content, ownerOf(api)).find(
    ({ kind, metadata }) => kind === "Secret" && metadata.name === secret,
  );
  const applied = object && (await applyObject(object, world));
  return applied?.ok === false ? applied.problems : touchPods(world, workload, content);
}
