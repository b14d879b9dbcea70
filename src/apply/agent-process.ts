import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import { agentPath } from "../compile/envoy/agent-file.ts";
import { agentSocket } from "../compile/envoy/names.ts";
import { agentNodeOptions } from "../workloads/gateway-pods.ts";

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
  readonly say: (line: string) => void;
}

const message = z.object({ inEffect: z.string() });
const patienceMs = 10_000;
const longestPauseMs = 5_000;

/** Runs the policy agent until it is stopped. One that ends by itself is started again, after a pause that grows while it goes on. */
export function superviseAgent({ program, folder, say }: AgentProcessOptions): AgentProcess {
  let version: string | undefined;
  let stopped = false;
  let pauseMs = 100;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<() => void>();
  const start = (): ChildProcess => {
    const child = spawn(process.execPath, [...agentNodeOptions, program, "--file", agentPath, "--socket", agentSocket], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("message", (sent) => {
      version = message.safeParse(sent).data?.inEffect ?? version;
      pauseMs = 100;
      for (const look of waiting) look();
    });
    child.once("exit", (code, signal) => {
      version = undefined;
      if (stopped) return;
      say(`The policy agent ended (${signal ?? code}); it is started again.`);
      timer = setTimeout(() => {
        running = start();
      }, pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    });
    return child;
  };
  let running = start();
  return {
    get pid() {
      return running.pid;
    },
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
    async stop() {
      stopped = true;
      clearTimeout(timer);
      if (running.exitCode !== null || running.signalCode !== null) return;
      const ended = once(running, "exit");
      running.kill();
      await ended;
    },
  };
}
