import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { AgentInterceptors } from "../../model/agent.ts";
import { type Call, type Functions, runsFunctions } from "./functions.ts";
import type { Outcome } from "./tasks.ts";

/** Calls a function in a file of a folder. `unbegun`, too, where the folder is none that is known. */
export type CallFunction = (folder: string, call: Call) => Promise<Outcome | "late" | "unbegun">;

/** The functions of all APIs of a gateway. */
export interface Interceptors {
  readonly call: CallFunction;
  /** Calls those in these folders from then on; those before may still be called until there are others. */
  load(folders: readonly AgentInterceptors[]): void;
  close(): void;
}

/** `program` is what runs them; of the environment they see the variables of these names. */
export function makeInterceptors(program: string, variables: readonly string[]): Interceptors {
  const env = Object.fromEntries(variables.map((name) => [name, process.env[name]] as const));
  let loaded: readonly AgentInterceptors[] = [];
  let now: ReadonlyMap<string, Functions> = new Map();
  let before = now;
  return {
    call: async (folder, call) => {
      const task = { ...call.task, file: join(resolve(folder), call.task.file) };
      return (await (now.get(folder) ?? before.get(folder))?.call({ ...call, task })) ?? "unbegun";
    },
    load(folders) {
      if (isDeepStrictEqual(folders, loaded)) return;
      loaded = folders;
      const known = new Map([...before, ...now]);
      before = now;
      now = new Map(
        folders.map(({ folder, mayConnect }) => {
          const functions = known.get(folder) ?? runsFunctions(program, { folder: `${resolve(folder)}/`, mayConnect, env });
          return [folder, functions] as const;
        }),
      );
      for (const [folder, functions] of known) if (!now.has(folder) && !before.has(folder)) functions.close();
    },
    close() {
      for (const functions of new Map([...before, ...now]).values()) functions.close();
    },
  };
}
