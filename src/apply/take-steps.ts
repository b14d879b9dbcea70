import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isDocument } from "../compile/document-path.ts";
import type { GatewayFiles } from "../compile/engine.ts";
import { isBackendSecret } from "../compile/envoy/backend-secrets.ts";
import { cacheFolder } from "../compile/envoy/names.ts";
import { resourcesOfBoth, versionOf } from "../compile/envoy/update.ts";
import { isPage } from "../compile/page.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { RunningEnvoy } from "./envoy/process.ts";
import { writeAtomically } from "./run-folder.ts";

const clustersFile = "mounted/clusters.json";
const routesFile = "image/routes.json";
const keptRoutesFile = "image/kept.json";
const listenersFile = "mounted/listeners.json";
/** Whose certificates clients may show. */
const trustFile = "mounted/trust.json";
/** What credentials are checked with. */
const credentialFiles = ["mounted/tokens.json", "mounted/blocked.json", "mounted/keys.json"];

/** The statistics in which Envoy shows the version of a file that is in effect, and how many it refused. */
const shownIn: Readonly<Record<string, string>> = {
  [clustersFile]: "cluster_manager.cds",
  [routesFile]: "http.gateway.rds.routes",
  [keptRoutesFile]: "http.portico-uncached.rds.kept",
  [listenersFile]: "listener_manager.lds",
  "mounted/tokens.json": "extension_config_discovery.http_filter.portico.tokens",
  "mounted/blocked.json": "extension_config_discovery.http_filter.portico.blocked",
  "mounted/keys.json": "extension_config_discovery.http_filter.portico.keys",
};

/** How many clusters are not there for requests yet, since their hosts' names are being looked up. */
const warming = "cluster_manager.warming_clusters";

const patienceMs = 30_000;
/** A name that does not resolve in this time does not hold up the change. */
const warmingPatienceMs = 10_000;

/** Brings files into effect one after the other; where Envoy does not take one, those before are put back. */
export async function takeSteps(envoy: RunningEnvoy, folder: string, current: GatewayFiles, next: GatewayFiles): Promise<Checked<void>> {
  const written = new Map(current);
  await writeNamed(folder, current, next);
  for (const [path, text] of stepsTo(next, current)) {
    if (written.get(path) === text) continue;
    written.set(path, text);
    const done = await putInEffect(envoy, folder, path, text);
    if (done.ok) continue;
    for (const [old, oldText] of current) if (written.get(old) !== oldText) await writeAtomically(join(folder, old), oldText);
    return done;
  }
  await takeAway(folder, current, next);
  return checked(undefined, []);
}

/** Takes away what the state before alone had. */
async function takeAway(folder: string, current: GatewayFiles, next: GatewayFiles): Promise<void> {
  for (const path of current.keys())
    if ((isBackendSecret(path) || path === keptRoutesFile) && !next.has(path)) await rm(join(folder, path), { force: true });
  if ([keptRoutesFile, clustersFile].some((path) => next.get(path) !== current.get(path))) await forgetAnswers(folder);
}

/** What was answered by other rules, or by another backend, is asked for anew: Envoy looks for each kept answer's file when it wants it. */
async function forgetAnswers(folder: string): Promise<void> {
  const kept = join(folder, cacheFolder);
  for (const name of await readdir(kept).catch(() => [])) await rm(join(kept, name), { force: true });
}

/** What counts for connections from then on, and must be there before a cluster or a route that names it. */
async function writeNamed(folder: string, current: GatewayFiles, next: GatewayFiles): Promise<void> {
  const mayBeNamed = (path: string): boolean => path === keptRoutesFile && !current.has(path);
  for (const [path, text] of next)
    if ((mayBeNamed(path) || path === trustFile || isBackendSecret(path) || isDocument(path) || isPage(path)) && text !== current.get(path))
      await writeAtomically(join(folder, path), text);
}

/** The files to replace, one after the other: in between no route names a cluster or listener that is not there. */
function stepsTo(next: GatewayFiles, current: GatewayFiles): readonly (readonly [path: string, text: string])[] {
  const keptRoutes = next.get(keptRoutesFile);
  const [clusters, listeners] = [next.get(clustersFile) ?? "", next.get(listenersFile) ?? ""];
  return [
    [clustersFile, resourcesOfBoth(current.get(clustersFile) ?? "", clusters)],
    ...credentialFiles.map((path) => [path, next.get(path) ?? ""] as const),
    ...(keptRoutes === undefined || !current.has(keptRoutesFile) ? [] : [[keptRoutesFile, keptRoutes] as const]),
    [listenersFile, resourcesOfBoth(current.get(listenersFile) ?? "", listeners)],
    [routesFile, next.get(routesFile) ?? ""],
    [listenersFile, listeners],
    [clustersFile, clusters],
  ];
}

/** Renames a file into place and waits until Envoy reports its version. Envoy gives no event for it, so its statistics are asked. */
async function putInEffect({ admin, ended }: RunningEnvoy, folder: string, path: string, text: string): Promise<Checked<void>> {
  const prefix = shownIn[path] ?? "";
  const filter = new RegExp(`^(${prefix}.(version_text|update_rejected)|${warming})$`.replaceAll(".", "\\."));
  const refusals = (shown: ReadonlyMap<string, number | string>) => Number(shown.get(`${prefix}.update_rejected`) ?? Number.NaN);
  const refusedBefore = refusals(await admin.stats(filter));
  await writeAtomically(join(folder, path), text);
  const began = performance.now();
  while (performance.now() - began < patienceMs) {
    const shown = await admin.stats(filter);
    const inEffect = shown.get(`${prefix}.version_text`) === versionOf(text);
    if (inEffect && (shown.get(warming) === 0 || performance.now() - began > warmingPatienceMs)) return checked(undefined, []);
    if (refusals(shown) > refusedBefore) return notTaken(`Envoy refused ${path}; the state before serves on. Please report the document.`);
    const end = await Promise.race([ended, wait(5, undefined)]);
    if (end !== undefined) return notTaken("Envoy ended while it took a change. Start again.");
  }
  return notTaken(`Envoy did not take ${path} within ${patienceMs / 1000} s; the state before serves on.`);
}

const notTaken = (message: string) => failed(error("EnvoyFailed", wholeFile("envoy"), message));
