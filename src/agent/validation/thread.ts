import { Worker } from "node:worker_threads";
import type { AgentValidators } from "../../model/agent.ts";
import { Turns } from "../turns.ts";
import { answer, type Task, type TaskAnswer, type ValidationRequest, type ValidationResponse } from "./tasks.ts";
import type { Verdict } from "./violation.ts";

/** Holds messages against documents, by the validators that it was given last. */
export interface MessageValidation {
  /** Undefined where nobody can tell: it takes too long, too many wait, or the operation is not known. */
  ofRequest(request: ValidationRequest): Promise<Verdict | undefined>;
  ofResponse(response: ValidationResponse): Promise<Verdict | undefined>;
  /** Works by these from then on; operations that are no more in them are still known by those before. Rejects where they cannot be read. */
  load(apis: readonly AgentValidators[]): Promise<void>;
  close(): void;
}

/** Longer takes no message but one that is made for it: the thread that is busy with it is ended, and another one goes on. */
const longestMs = 1_000;
const longestLoadMs = 30_000;
const mostWaiting = 1_000;
/** What a thread may hold (MiB). */
const mostHeld = 96;

/**
 * Validates on a thread of its own, which is the given program: whatever a message makes of it, the agent's other answers are not held up. One message at a time.
 */
export function validatesInThread(program: string): MessageValidation {
  const turns = new Turns(1, mostWaiting);
  let loaded: readonly AgentValidators[] = [];
  let thread: Thread | undefined;

  const ask = async (asked: Thread, task: Task, patienceMs: number): Promise<TaskAnswer | undefined> => {
    const found = await asked.ask(task, patienceMs);
    if (found === undefined) {
      asked.end();
      if (thread === asked) thread = undefined;
    }
    return found;
  };
  const load = async (wanted: readonly AgentValidators[]): Promise<Thread | undefined> => {
    thread ??= startThread(program);
    const asked = thread;
    const apis = wanted.map(({ api, file }) => ({ api, file }));
    const found = await ask(asked, { kind: "load", apis }, longestLoadMs);
    return found?.kind === "done" ? asked : undefined;
  };
  const verdictOf = async (task: Task): Promise<Verdict | undefined> => {
    const found = await turns.take(async () => {
      const asked = thread ?? (await load(loaded));
      return asked && ask(asked, task, longestMs);
    });
    return found?.kind === "done" ? found.verdict : undefined;
  };
  return {
    ofRequest: (request) => verdictOf({ kind: "request", request }),
    ofResponse: (response) => verdictOf({ kind: "response", response }),
    async load(apis) {
      if ((await turns.take(() => load(apis))) === undefined) throw new Error("the validators cannot be read");
      loaded = apis;
    },
    close: () => thread?.end(),
  };
}

/** A thread that does one task after the other. */
interface Thread {
  /** Undefined where it ends before it answers, or takes too long. */
  ask(task: Task, patienceMs: number): Promise<TaskAnswer | undefined>;
  end(): void;
}

function startThread(program: string): Thread {
  const worker = new Worker(program, { workerData: "validation", resourceLimits: { maxOldGenerationSizeMb: mostHeld } });
  worker.unref();
  let settle: (found: TaskAnswer | undefined) => void = () => {};
  worker.on("message", (message: unknown) => settle(answer.safeParse(message).data));
  worker.on("error", () => settle(undefined));
  worker.on("exit", () => settle(undefined));
  return {
    ask: (task, patienceMs) =>
      new Promise((resolve) => {
        const late = setTimeout(() => settle(undefined), patienceMs);
        settle = (found) => {
          clearTimeout(late);
          settle = () => {};
          resolve(found);
        };
        worker.postMessage(task);
      }),
    end: () => void worker.terminate(),
  };
}
