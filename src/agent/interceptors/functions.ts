import { availableParallelism } from "node:os";
import { Turns } from "../turns.ts";
import { type FunctionProcess, type Permissions, startFunctions } from "./function-process.ts";
import type { FunctionTask, Outcome } from "./tasks.ts";

/** Calls the functions of an API. */
export interface Functions {
  /** What became of it; undefined where there was no time for it, or the process that ran it ended. */
  call(task: FunctionTask, timeoutMs: number): Promise<Outcome | undefined>;
  close(): void;
}

/** So many processes run them: one function has one to itself while it runs, so that what it does to that hits no other message. */
const mostProcesses = Math.max(2, Math.min(4, availableParallelism()));
const mostWaiting = 500;

export function runsFunctions(program: string, permissions: Permissions): Functions {
  const turns = new Turns(mostProcesses, mostWaiting);
  // The first is there before it is needed.
  const idle: FunctionProcess[] = [startFunctions(program, permissions)];
  let isClosed = false;
  const free = (): FunctionProcess => {
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) if (found.isGood) return found;
    return startFunctions(program, permissions);
  };
  return {
    async call(task, timeoutMs) {
      const since = performance.now();
      return turns.take(async () => {
        const left = timeoutMs - (performance.now() - since);
        if (left <= 0 || isClosed) return undefined;
        const process = free();
        const found = await process.call(task, left);
        if (process.isGood && !isClosed) idle.push(process);
        else process.end();
        return found;
      });
    },
    close() {
      isClosed = true;
      for (const process of idle.splice(0)) process.end();
    },
  };
}
