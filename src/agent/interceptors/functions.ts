import { availableParallelism } from "node:os";
import { Turns } from "../turns.ts";
import { type FunctionProcess, type Permissions, startFunctions } from "./function-process.ts";
import type { FunctionTask, Outcome } from "./tasks.ts";

/** How a function is called. */
export interface Call {
  readonly task: FunctionTask;
  readonly timeoutMs: number;
  /** Whose turn it is: clients take turns, and operations among what is a client's, so that one does not hold up the others. */
  readonly client: string;
  readonly operation: string;
  /** Whether somebody still waits for it. */
  readonly isWanted: () => boolean;
}

/** Calls the functions of an API. */
export interface Functions {
  /** What became of it; `late` where there was no time for it, or the process that ran it ended; `unbegun` where nobody had time to begin it. */
  call(call: Call): Promise<Outcome | "late" | "unbegun">;
  close(): void;
}

/** So many processes run them: one function has one to itself while it runs, so that what it does to that hits no other message. */
const mostProcesses = Math.max(2, Math.min(4, availableParallelism()));
const mostWaiting = 500;

export function runsFunctions(program: string, permissions: Permissions): Functions {
  const turns = new Turns(mostProcesses, mostWaiting);
  // There before they are needed.
  const idle: FunctionProcess[] = [startFunctions(program, permissions)];
  const busy = new Set<FunctionProcess>();
  let isClosed = false;
  const free = (): FunctionProcess => idle.filter(({ isGood }) => isGood).at(-1) ?? startFunctions(program, permissions);
  const giveBack = (process: FunctionProcess): void => {
    busy.delete(process);
    if (isClosed) process.end();
    else if (process.isGood) idle.push(process);
    else if (idle.length === 0) idle.push(startFunctions(program, permissions));
  };
  const called = async ({ task, timeoutMs }: Call): Promise<Outcome | "late"> => {
    const process = free();
    idle.splice(0, idle.length, ...idle.filter((one) => one !== process && one.isGood));
    busy.add(process);
    try {
      await process.ready;
      return (await process.call(task, timeoutMs)) ?? "late";
    } finally {
      giveBack(process);
    }
  };
  return {
    async call(call) {
      const since = performance.now();
      const isInTime = (): boolean => performance.now() - since < call.timeoutMs && !isClosed && call.isWanted();
      return (await turns.take(async () => (isInTime() ? called(call) : "unbegun"), call.client, call.operation)) ?? "unbegun";
    },
    close() {
      isClosed = true;
      for (const process of [...idle.splice(0), ...busy]) process.end();
    },
  };
}
