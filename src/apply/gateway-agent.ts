import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GatewayFiles } from "../compile/engine.ts";
import { agentPath } from "../compile/envoy/agent-file.ts";
import { versionOf } from "../compile/envoy/update.ts";
import { interceptorsFolder, isInterceptor } from "../compile/interceptor-files.ts";
import { isValidators, validatorsFolder } from "../compile/validators.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { type AgentProcess, type AgentProcessOptions, superviseAgent } from "./agent-process.ts";
import { writeAtomically } from "./run-folder.ts";

/** The policy agent of a gateway: it runs while the gateway's files have a configuration for it. */
export interface GatewayAgent {
  /** Brings the configuration of some files into effect, where they have one. Fails with EnvoyFailed where the agent does not take it. */
  take(files: GatewayFiles): Promise<Checked<void>>;
  /** Ends it where some files, which are in effect by now, have none. */
  leave(files: GatewayFiles): Promise<void>;
  stop(): Promise<void>;
}

/** Whether a file is read by the agent when it takes its configuration. */
const isAgents = (path: string): boolean => isValidators(path) || isInterceptor(path);

/** The validators that are in a gateway's folder, and the folders of functions, by their paths in it. */
async function agentFilesIn(folder: string): Promise<readonly string[]> {
  const found = async (within: string): Promise<readonly string[]> =>
    (await readdir(join(folder, within)).catch(() => [])).map((name) => within + name);
  return [...(await found(validatorsFolder)), ...(await found(interceptorsFolder))];
}

export function gatewayAgent({ folder, program, env, say }: AgentProcessOptions): GatewayAgent {
  let running: AgentProcess | undefined;
  const stop = async (): Promise<void> => {
    const ending = running;
    running = undefined;
    await ending?.stop();
  };
  return {
    async take(files) {
      const text = files.get(agentPath);
      if (text === undefined) return checked(undefined, []);
      for (const [path, content] of files) if (isAgents(path)) await writeAtomically(join(folder, path), content);
      await writeAtomically(join(folder, agentPath), text);
      running ??= superviseAgent({ program, folder, env, say });
      if (await running.inEffect(versionOf(text))) return checked(undefined, []);
      return failed(
        error("EnvoyFailed", wholeFile("agent"), "The policy agent did not take its configuration; the state before serves on."),
      );
    },
    async leave(files) {
      const used = [...files.keys()];
      for (const path of await agentFilesIn(folder))
        if (!used.some((one) => one === path || one.startsWith(`${path}/`))) await rm(join(folder, path), { recursive: true, force: true });
      if (files.has(agentPath)) return;
      await stop();
      await rm(join(folder, agentPath), { force: true });
    },
    stop,
  };
}
