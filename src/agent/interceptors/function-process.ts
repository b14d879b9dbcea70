import { fork } from "node:child_process";
import { type FunctionTask, type Outcome, outcome } from "./tasks.ts";

/** A process that calls one function after the other. */
export interface FunctionProcess {
  /** Undefined where it ends before it answers, or takes too long; it is no good any more then. */
  call(task: FunctionTask, timeoutMs: number): Promise<Outcome | undefined>;
  readonly isGood: boolean;
  end(): void;
}

/** What functions may hold (MiB), beside buffers. */
const mostHeld = 64;

/** Where Node itself finds what it is made of. */
const libraries = process.env.LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH };

/** What functions may do. */
export interface Permissions {
  /** The folder that they are in, which they may read. */
  readonly folder: string;
  readonly mayConnect: boolean;
  /** Their environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** Starts a process of the given program. It may read that and the functions' folder, and nothing else; of the environment it knows what it is given. */
export function startFunctions(program: string, { folder, mayConnect, env }: Permissions): FunctionProcess {
  const permissions = [
    "--permission",
    `--allow-fs-read=${program}`,
    `--allow-fs-read=${folder}`,
    ...(mayConnect ? ["--allow-net"] : []),
    // It opens files without asking for the permission.
    "--no-experimental-sqlite",
    "--disable-proto=delete",
  ];
  const child = fork(program, [], {
    execArgv: [...permissions, `--max-old-space-size=${mostHeld}`, "--no-warnings"],
    env: { ...env, ...libraries },
    cwd: "/",
    // What functions print is for those who run the gateway.
    stdio: ["ignore", process.stderr, process.stderr, "ipc"],
  });
  let isGood = true;
  let settle: ((found: Outcome | undefined) => void) | undefined;
  const end = (): void => {
    isGood = false;
    child.kill("SIGKILL");
    settle?.(undefined);
  };
  child.on("message", (message: unknown) => settle?.(outcome.safeParse(message).data));
  for (const over of ["error", "exit", "disconnect"]) child.on(over, end);
  child.unref();
  child.channel?.unref();
  return {
    get isGood() {
      return isGood;
    },
    call: (task, timeoutMs) =>
      new Promise((resolve) => {
        const late = setTimeout(end, timeoutMs);
        settle = (found) => {
          clearTimeout(late);
          settle = undefined;
          if (found === undefined) end();
          resolve(found);
        };
        if (isGood) child.send(task, (failure) => failure && end());
        else settle(undefined);
      }),
    end,
  };
}
