import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { linesOf } from "./lines.ts";
import { type FunctionTask, type Outcome, type WrittenTask, written } from "./tasks.ts";

/** A process that calls one function after the other. */
export interface FunctionProcess {
  /** Resolves once it can be asked, or never will: then it is no good. */
  readonly ready: Promise<void>;
  /** Undefined where it ends before it answers, or takes too long; it is no good any more then. */
  call(task: FunctionTask, timeoutMs: number): Promise<Outcome | undefined>;
  readonly isGood: boolean;
  end(): void;
}

/** What functions may hold (MiB), beside buffers: what lives long, and what is new. */
const mostHeld = ["--max-old-space-size=64", "--max-semi-space-size=4"];
/** Longer a process takes to start only where it never will. */
const longestStartMs = 10_000;

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

/** Those that are to end with this process. */
const all = new Set<() => void>();
process.once("exit", () => {
  for (const end of all) end();
});

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
  const child = spawn(process.execPath, [...permissions, ...mostHeld, "--no-warnings", program], {
    env: { ...env, ...libraries },
    cwd: "/",
    // What functions print is for those who run the gateway.
    stdio: ["pipe", process.stderr, process.stderr, "pipe"],
  });
  let isGood = true;
  let asked: { readonly id: string; readonly settle: (found: Outcome | undefined) => void } | undefined;
  let begun = (): void => {};
  const ready = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const end = (): void => {
    isGood = false;
    all.delete(end);
    child.kill("SIGKILL");
    begun();
    asked?.settle(undefined);
  };
  all.add(end);
  const late = setTimeout(end, longestStartMs).unref();
  const take = (line: string): void => {
    const said = written.parse(JSON.parse(line));
    if ("ready" in said) {
      clearTimeout(late);
      begun();
    } else if (said.id === asked?.id) {
      asked.settle(said.outcome);
      if (said.isSpent) end();
    }
  };
  const answers = child.stdio[3];
  // Whatever a function writes there, it ends nothing but its own process.
  if (answers instanceof Readable) linesOf(answers, take, end);
  child.stdin?.on("error", end);
  for (const over of ["error", "exit"]) child.on(over, end);
  child.unref();
  return {
    ready,
    get isGood() {
      return isGood;
    },
    call: ({ body, ...task }, timeoutMs) =>
      new Promise((resolve) => {
        const deadline = setTimeout(end, timeoutMs);
        const id = randomUUID();
        asked = {
          id,
          settle: (found) => {
            clearTimeout(deadline);
            asked = undefined;
            resolve(found);
          },
        };
        const line: WrittenTask = { ...task, id, body: body === undefined ? null : Buffer.from(body).toString("base64") };
        if (isGood) child.stdin?.write(`${JSON.stringify(line)}\n`);
        else asked.settle(undefined);
      }),
    end,
  };
}
