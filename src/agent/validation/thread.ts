import { Worker } from "node:worker_threads";
import { answer, type Task, type TaskAnswer } from "./tasks.ts";

/** A thread that does one task after the other. */
export interface Thread {
  /** Undefined where it ends before it answers, or takes too long. It is no good any more then. */
  ask(task: Task, patienceMs: number): Promise<TaskAnswer | undefined>;
  /** Ends it, as soon as it has done what it is doing. */
  retire(): void;
}

/** What a thread may hold (MiB). */
const mostHeld = 96;

/** Starts a thread of the given program. */
export function startThread(program: string): Thread {
  const worker = new Worker(program, { workerData: "validation", resourceLimits: { maxOldGenerationSizeMb: mostHeld } });
  worker.unref();
  let isRetired = false;
  let settle: ((found: TaskAnswer | undefined) => void) | undefined;
  const end = (): void => {
    settle?.(undefined);
    void worker.terminate();
  };
  worker.on("message", (message: unknown) => settle?.(answer.safeParse(message).data));
  worker.on("error", end);
  worker.on("exit", end);
  return {
    ask: (task, patienceMs) =>
      new Promise((resolve) => {
        const late = setTimeout(end, patienceMs);
        settle = (found) => {
          clearTimeout(late);
          settle = undefined;
          if (isRetired) void worker.terminate();
          resolve(found);
        };
        worker.postMessage(task);
      }),
    retire: () => {
      isRetired = true;
      if (settle === undefined) void worker.terminate();
    },
  };
}
