import { addressLists } from "../api/address.ts";
import { checkShape } from "../api/check.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import type { Problem } from "../problem.ts";
import { gatewayWorkload } from "../resolve/workload.ts";
import { child, root } from "../text/node.ts";
import { gatewayObjects } from "../workloads/gateway.ts";
import { mountedName } from "../workloads/gateway-content.ts";
import { applyObject } from "./apply-objects.ts";
import { objectFile } from "./compile-gateway.ts";
import { ownerOf } from "./ownership.ts";
import { touchPods } from "./serving.ts";
import type { World } from "./world.ts";

/** The files of the mounted part that say who is let in: what credentials are checked with, and the addresses. */
const followedFiles = ["tokens.json", "blocked.json", "keys.json", "agent.json", "trust.json", "addresses.json"];

/**
 * What serves goes on while what its API asks for cannot be had: its spec or document is wrong, say, or its version stands for another one. Who is let in by it is all the same who may be
 * let in now. What cannot be brought up to date is written into the log, and comes back.
 */
export async function followCredentials(world: World, api: StoredObject): Promise<readonly Problem[]> {
  const { namespace, name } = api.metadata;
  const problems = await follow(world, api, followedWorkload(api));
  for (const { message } of problems)
    world.log("warning", "Credentials of what serves could not be brought up to date.", { namespace, name, why: message });
  return problems;
}

/**
 * An API's gateway as far as what is followed is made from it, whatever else its spec says. It serves TLS: then the authorities of clients' certificates are made, and those that are not
 * mounted are passed over.
 */
function followedWorkload(api: StoredObject): GatewayWorkload {
  const addresses = checkShape(addressLists.optional(), child(child(root(objectFile(api)), "spec"), "addresses"));
  const spec = { expose: { tls: { name: "any" } }, addresses: addresses.ok ? addresses.value : undefined };
  return gatewayWorkload(api.metadata, spec, []);
}

async function follow(world: World, api: StoredObject, workload: GatewayWorkload): Promise<readonly Problem[]> {
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
  const content = { image, inputHash, mounted: new Map([...before, ...changed]), certificate: undefined };
  const object = gatewayObjects(workload, content, ownerOf(api)).find(
    ({ kind, metadata }) => kind === "Secret" && metadata.name === secret,
  );
  const applied = object && (await applyObject(object, world));
  return applied?.ok === false ? applied.problems : touchPods(world, workload, content);
}
