import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

/** A program that is started again when it ends by itself. */
export interface Supervised {
  stop(): Promise<void>;
  readonly pid: number | undefined;
}

export interface SupervisedProgram {
  /** What it is, in words: `The policy agent`. */
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  readonly say: (line: string) => void;
  /** Is given each process as it is started; `works` says that it does its work, and that the next pause may be short again. */
  readonly started?: (child: ChildProcess, works: () => void) => void;
  /** Is told that the process ended. */
  readonly ended?: () => void;
}

const longestPauseMs = 5_000;
const shortestPauseMs = 100;
/** How long one may take to end that is told to. */
const patienceMs = 5_000;

/** Runs a program until it is stopped. One that ends by itself is started again, after a pause that grows while it goes on. */
export function supervise({ what, command, args, options, say, started, ended }: SupervisedProgram): Supervised {
  let stopped = false;
  let pauseMs = shortestPauseMs;
  let timer: NodeJS.Timeout | undefined;
  const start = (): ChildProcess => {
    const child = spawn(command, args, options);
    started?.(child, () => {
      pauseMs = shortestPauseMs;
    });
    const again = (why: string): void => {
      ended?.();
      if (stopped) return;
      say(`${what} ended (${why}); it is started again.`);
      timer = setTimeout(() => {
        running = start();
      }, pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    };
    child.once("error", (failure) => {
      if (child.pid === undefined) again(failure.message);
    });
    child.once("exit", (code, signal) => again(String(signal ?? code)));
    return child;
  };
  let running = start();
  return {
    get pid() {
      return running.pid;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      if (running.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const over = once(running, "exit");
      running.kill();
      // One that waits for somebody else to end first is not waited for.
      const late = setTimeout(() => running.kill("SIGKILL"), patienceMs);
      await over;
      clearTimeout(late);
    },
  };
}
