import { join } from "node:path";
import type { GatewayFiles } from "../compile/engine.ts";
import { patchesPath } from "../compile/envoy/patches.ts";
import { type Checked, checked } from "../problem.ts";
import type { EnvoyBinary } from "./envoy/binary.ts";
import { type RunningEnvoy, type StartOptions, startEnvoy } from "./envoy/process.ts";
import { validateFiles } from "./envoy/validate.ts";
import { gatewayAgent } from "./gateway-agent.ts";
import { writeAtomically } from "./run-folder.ts";
import { takeSteps } from "./take-steps.ts";

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

/** Writes the gateway's files into the run folder and starts Envoy on them. */
export async function serve(binary: EnvoyBinary, files: GatewayFiles, options: ServeOptions): Promise<Checked<ServedGateway>> {
  const fit = await lookedAt(binary, files, options.folder);
  if (!fit.ok) return fit;
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
    const fit = await lookedAt(binary, next, options.folder);
    if (!fit.ok) return fit;
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

/** What people have patched Envoy looks at as a whole first: it passes over a field that it does not know in what it reads from files later. */
const lookedAt = async (binary: EnvoyBinary, files: GatewayFiles, folder: string): Promise<Checked<void>> =>
  files.has(patchesPath) ? validateFiles(binary, files, folder) : checked(undefined, []);
