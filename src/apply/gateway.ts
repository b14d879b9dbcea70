import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isDocument } from "../compile/document-path.ts";
import type { GatewayFiles } from "../compile/engine.ts";
import { isBackendSecret } from "../compile/envoy/backend-secrets.ts";
import { clustersOfBoth, versionOf } from "../compile/envoy/update.ts";
import { isPage } from "../compile/page.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { EnvoyBinary } from "./envoy/binary.ts";
import { type RunningEnvoy, type StartOptions, startEnvoy } from "./envoy/process.ts";
import { gatewayAgent } from "./gateway-agent.ts";
import { writeAtomically } from "./run-folder.ts";

/** A gateway that serves on this machine. */
export interface ServedGateway {
  readonly envoy: RunningEnvoy;
  /**
   * Replaces what it serves, without a request or connection lost: first the clusters of both states, then routes, then the new clusters
   * alone; each is waited for. The value is whether anything was different. Fails with EnvoyFailed, and serves the old state, when Envoy does not take it.
   */
  replace(files: GatewayFiles): Promise<Checked<boolean>>;
  /** Ends it and all that it runs. */
  stop(): Promise<void>;
}

export interface ServeOptions extends StartOptions {
  /** The policy agent's program, for gateways that need it. */
  readonly agentProgram: string;
  /** The names of the variables of this environment that interceptors see. */
  readonly env?: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

const clustersFile = "mounted/clusters.json";
const routesFile = "image/routes.json";
/** Whose certificates clients may show. */
const trustFile = "mounted/trust.json";
/** What credentials are checked with. */
const credentialFiles = ["mounted/tokens.json", "mounted/blocked.json", "mounted/keys.json"];

/** The statistics in which Envoy shows the version of a file that is in effect, and how many it refused. */
const shownIn: Readonly<Record<string, string>> = {
  [clustersFile]: "cluster_manager.cds",
  [routesFile]: "http.gateway.rds.routes",
  "mounted/tokens.json": "extension_config_discovery.http_filter.portico.tokens",
  "mounted/blocked.json": "extension_config_discovery.http_filter.portico.blocked",
  "mounted/keys.json": "extension_config_discovery.http_filter.portico.keys",
};

/** How many clusters are not there for requests yet, since their hosts' names are being looked up. */
const warming = "cluster_manager.warming_clusters";

const patienceMs = 30_000;
/** A name that does not resolve in this time does not hold up the change. */
const warmingPatienceMs = 10_000;

/** Writes the gateway's files into the run folder and starts Envoy on them. */
export async function serve(binary: EnvoyBinary, files: GatewayFiles, options: ServeOptions): Promise<Checked<ServedGateway>> {
  for (const [path, text] of files) await writeAtomically(join(options.folder, path), text);
  const agent = gatewayAgent({ ...options, program: options.agentProgram });
  const taken = await agent.take(files);
  const envoy = taken.ok ? await startEnvoy(binary, options) : taken;
  if (!envoy.ok) {
    await agent.stop();
    return envoy;
  }
  let current = files;
  const replace = async (next: GatewayFiles): Promise<Checked<boolean>> => {
    const taken = await agent.take(next);
    const done = taken.ok ? await takeSteps(envoy.value, options.folder, current, next) : taken;
    if (!done.ok) {
      await agent.take(current);
      return done;
    }
    await agent.leave(next);
    const different = [...next].some(([path, text]) => current.get(path) !== text);
    current = next;
    return checked(different, []);
  };
  const stop = async (): Promise<void> => {
    await envoy.value.stop();
    await agent.stop();
  };
  return checked({ envoy: envoy.value, replace, stop }, []);
}

/** Brings files into effect one after the other; where Envoy does not take one, those before are put back. */
async function takeSteps(envoy: RunningEnvoy, folder: string, current: GatewayFiles, next: GatewayFiles): Promise<Checked<void>> {
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
  for (const path of current.keys()) if (isBackendSecret(path) && !next.has(path)) await rm(join(folder, path), { force: true });
  return checked(undefined, []);
}

/** What counts for connections from then on, and must be there before a cluster or a route that names it. */
async function writeNamed(folder: string, current: GatewayFiles, next: GatewayFiles): Promise<void> {
  for (const [path, text] of next)
    if ((path === trustFile || isBackendSecret(path) || isDocument(path) || isPage(path)) && text !== current.get(path))
      await writeAtomically(join(folder, path), text);
}

/** The files to replace, one after the other: in between no route names a cluster that is not there. */
function stepsTo(next: GatewayFiles, current: GatewayFiles): readonly (readonly [path: string, text: string])[] {
  const [before, clusters] = [current.get(clustersFile) ?? "", next.get(clustersFile) ?? ""];
  return [
    [clustersFile, clustersOfBoth(before, clusters)],
    ...credentialFiles.map((path) => [path, next.get(path) ?? ""] as const),
    [routesFile, next.get(routesFile) ?? ""],
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
