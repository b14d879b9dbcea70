import { addressLists } from "../api/address.ts";
import { checkShape } from "../api/check.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { isBackendSecret } from "../compile/envoy/backend-secrets.ts";
import { followedClusters } from "../compile/envoy/update.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import { type Problem, warning, wholeFile } from "../problem.ts";
import { gatewayWorkload } from "../resolve/workload.ts";
import { child, root } from "../text/node.ts";
import { gatewayObjects } from "../workloads/gateway.ts";
import { imageAnnotation, mountedName } from "../workloads/gateway-content.ts";
import { applyObject } from "./apply-objects.ts";
import { objectFile } from "./compile-gateway.ts";
import { servedImage } from "./compiled-gateways.ts";
import { ownerOf } from "./ownership.ts";
import { clustersFile, contentOf, isTouchOwed, touchPods } from "./serving.ts";
import type { World } from "./world.ts";

const addressesFile = "addresses.json";
const noClusters = "{}";

/** The files of the mounted part that say who is let in: what credentials are checked with, and the addresses. Beside them backends are followed, with what they are shown. */
const followedFiles = ["tokens.json", "blocked.json", "keys.json", "agent.json", "trust.json", addressesFile];

/**
 * What serves goes on while what its API asks for cannot be had: its spec or document is wrong, say, or its version stands for another one, or an image is being built, or pods of a new one do not
 * come. Who is let in by it is all the same who may be let in now, and it asks the backends where they are now. `written` is the image whose mounted part is up to date. What cannot be brought up to date is written into the log, and comes back.
 */
export async function followCredentials(world: World, api: StoredObject, written: string | undefined): Promise<readonly Problem[]> {
  const { namespace, name } = api.metadata;
  const workload = followedWorkload(api);
  const problems: Problem[] = [];
  for (const image of mountedImages(world, api)) if (image !== written) problems.push(...(await follow(world, api, image, workload)));
  for (const { message } of problems)
    world.log("warning", "What serves could not be brought up to date.", { namespace, name, why: message });
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

/** The images that pods may have: each whose mounted part is still there, and the one that the status names. */
function mountedImages({ owned }: World, api: StoredObject): ReadonlySet<string> {
  const left = owned.of(api.metadata.uid).flatMap(({ metadata }) => metadata.annotations[imageAnnotation] ?? []);
  const named = servedImage(api);
  return new Set(named === undefined ? left : [...left, named]);
}

async function follow(world: World, api: StoredObject, image: string, workload: GatewayWorkload): Promise<readonly Problem[]> {
  const served = await world.gateways.served(api, image, workload);
  if (!served.ok) return served.problems;
  const { problems } = served;
  const { inputHash, mounted } = served.value;
  const secret = mountedName(workload.api, inputHash);
  const there = await world.store.secret(workload.namespace, secret);
  if (!there.ok) return there.problems;
  if (there.value === undefined) return [];
  const before = new Map([...there.value].map(([file, text]) => [file, text.reveal()] as const));
  const { changed, unheeded } = changesOf(api, before, mounted.open());
  if (changed.length === 0 && !isTouchOwed(world, workload, inputHash)) return [...problems, ...unheeded];
  const content = contentOf({ image, inputHash, mounted: new Map([...before, ...changed]), certificate: undefined });
  const object = gatewayObjects(workload, content, ownerOf(api)).find(
    ({ kind, metadata }) => kind === "Secret" && metadata.name === secret,
  );
  const applied = object && (await applyObject(object, world));
  return [...problems, ...unheeded, ...(applied?.ok === false ? applied.problems : await touchPods(world, workload, content))];
}

const isBackendFile = (file: string): boolean => isBackendSecret(`mounted/${file}`);

/** The files that are others now, and what cannot be brought to pods that serve. */
function changesOf(api: StoredObject, before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>) {
  const wanted = new Map([...now].filter(([file]) => followedFiles.includes(file) || isBackendFile(file)));
  wanted.set(clustersFile, followedClusters(before.get(clustersFile) ?? noClusters, now.get(clustersFile) ?? noClusters));
  const changed = [...wanted].filter(([file, text]) => (before.has(file) || isBackendFile(file)) && before.get(file) !== text);
  return { changed, unheeded: now.has(addressesFile) && !before.has(addressesFile) ? [listsUnheeded(api)] : [] };
}

/** Gateways without lists have no filter for them, which each request would pay for: where one is mounted so, no file brings it. */
const listsUnheeded = ({ metadata: { name } }: StoredObject): Problem =>
  warning(
    "NotYet",
    wholeFile(`API/${name}`),
    "The API's `addresses` keep nobody out of what serves, for that had none when it was mounted. They count once what the API asks for can be had: mend what its conditions say.",
  );
