import { z } from "zod";
import { agentPath } from "../compile/envoy/agent-file.ts";
import { agentSocket } from "../compile/envoy/names.ts";
import { agentNodeOptions } from "../workloads/gateway-pods.ts";
import { supervise } from "./supervised.ts";

/** The policy agent that runs beside an Envoy. */
export interface AgentProcess {
  /** Waits until it works by the configuration of a version; false where that takes longer than anybody waits. */
  inEffect(version: string): Promise<boolean>;
  stop(): Promise<void>;
  readonly pid: number | undefined;
}

export interface AgentProcessOptions {
  /** The program: `agent.js`, or its source. */
  readonly program: string;
  /** The gateway's folder, in which its configuration and its socket are. */
  readonly folder: string;
  /** The names of the variables of this environment that interceptors see. */
  readonly env?: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

const message = z.object({ inEffect: z.string() });
const patienceMs = 10_000;

/** Runs the policy agent until it is stopped. */
export function superviseAgent({ program, folder, env = [], say }: AgentProcessOptions): AgentProcess {
  let version: string | undefined;
  const waiting = new Set<() => void>();
  const supervised = supervise({
    what: "The policy agent",
    command: process.execPath,
    args: [...agentNodeOptions, program, "--file", agentPath, "--socket", agentSocket, ...env.flatMap((name) => ["--env", name])],
    options: { cwd: folder, stdio: ["ignore", "ignore", "inherit", "ipc"] },
    say,
    started: (child, works) =>
      child.on("message", (sent) => {
        version = message.safeParse(sent).data?.inEffect ?? version;
        works();
        for (const look of waiting) look();
      }),
    ended: () => {
      version = undefined;
    },
  });
  return {
    get pid() {
      return supervised.pid;
    },
    stop: supervised.stop,
    inEffect: (wanted) =>
      new Promise((resolve) => {
        const done = (isInEffect: boolean): void => {
          clearTimeout(late);
          waiting.delete(look);
          resolve(isInEffect);
        };
        const look = (): void => {
          if (version === wanted) done(true);
        };
        const late = setTimeout(() => done(false), patienceMs);
        waiting.add(look);
        look();
      }),
  };
}
