import { networkOf } from "../../model/addresses.ts";
import type { AgentValidators } from "../../model/agent.ts";
import { Turns } from "../turns.ts";
import type { Held } from "./held.ts";
import type { Task, TaskAnswer, ValidationRequest, ValidationResponse } from "./tasks.ts";
import { startThread, type Thread } from "./thread.ts";
import type { Verdict } from "./violation.ts";

/** Holds messages against documents, by the validators that it was given last. */
export interface MessageValidation {
  /** Undefined where nobody can tell: it takes too long, too many wait, or the operation is not known. `address` is the client's. */
  ofRequest(request: ValidationRequest, address: string): Promise<Verdict | undefined>;
  ofResponse(response: ValidationResponse, address: string): Promise<Verdict | undefined>;
  /**
   * Works by these from then on; operations that are no more in them are still known by those before. Rejects where they cannot be read: those before stay in
   * effect.
   */
  load(apis: readonly AgentValidators[]): Promise<void>;
  close(): void;
}

/** How long is waited, in milliseconds. */
export interface Patience {
  /** Longer takes no message but one that is made for it: the thread that is busy with it is ended, and another one goes on. */
  readonly longestMs: number;
  /** Who waits longer has nobody any more who asks: the gateway has given up. */
  readonly longestWaitMs: number;
}

const usualPatience: Patience = { longestMs: 1_000, longestWaitMs: 3_500 };
const longestLoadMs = 30_000;
const mostWaiting = 1_000;

interface Loaded {
  readonly now: readonly AgentValidators[];
  readonly before: readonly AgentValidators[];
}

/**
 * Validates on a thread of its own, which is the given program: whatever a message makes of it, the agent's other answers are not held up. One message at a time. What
 * nobody could tell for want of time is said.
 */
export function validatesInThread(
  program: string,
  held: Held,
  say: (line: string) => void,
  { longestMs, longestWaitMs } = usualPatience,
): MessageValidation {
  const turns = new Turns(1, mostWaiting);
  let loaded: Loaded = { now: [], before: [] };
  let thread: Promise<Thread | undefined> | undefined;

  const open = async ({ now, before }: Loaded): Promise<Thread | undefined> => {
    const opening = startThread(program);
    const found = await opening.ask({ kind: "load", now: filesOf(now), before: filesOf(before) }, longestLoadMs);
    if (found?.kind === "done") return opening;
    opening.retire();
    return undefined;
  };
  const done = async (task: Task, what: string): Promise<TaskAnswer | undefined> => {
    thread ??= open(loaded);
    const asking = thread;
    const found = await (await asking)?.ask(task, longestMs);
    // Why is not said: it may show what is in a message.
    if (found?.kind === "failed") say(`${what} could not be held against its document: what validates it has failed.`);
    if (found !== undefined) return found;
    say(`${what} could not be held against its document within ${longestMs} ms; the thread that was busy with it is ended.`);
    if (thread !== asking) return undefined;
    // That another one begins is in the time of who made it so, and of nobody who comes next.
    thread = open(loaded);
    await thread;
    return undefined;
  };
  const verdictOf = async (task: Task, { api, operation, body }: Asked, address: string, what: string): Promise<Verdict | undefined> => {
    const [bytes, client, of] = [body?.length ?? 0, networkOf(address), `${api}/${operation}`];
    if (!held.take(bytes, client)) return undefined;
    const since = performance.now();
    const work = async () => (performance.now() - since > longestWaitMs ? undefined : done(task, `${what} ${of}`));
    try {
      const found = await turns.take(work, client, of);
      return found?.kind === "done" ? found.verdict : undefined;
    } finally {
      held.give(bytes, client);
    }
  };
  return {
    ofRequest: (request, address) => verdictOf({ kind: "request", request }, request, address, "A request to"),
    ofResponse: (response, address) => verdictOf({ kind: "response", response }, response, address, "An answer of"),
    async load(apis) {
      if (areSame(apis, loaded.now)) return;
      const next = { now: apis, before: loaded.now };
      const opened = await open(next);
      if (opened === undefined) throw new Error("The validators of the gateway cannot be read.");
      const old = thread;
      [loaded, thread] = [next, Promise.resolve(opened)];
      (await old)?.retire();
    },
    close: () => void thread?.then((open) => open?.retire()),
  };
}

type Asked = Pick<ValidationRequest, "api" | "operation" | "body">;

const filesOf = (apis: readonly AgentValidators[]) => apis.map(({ api, file }) => ({ api, file }));

const areSame = (some: readonly AgentValidators[], others: readonly AgentValidators[]): boolean =>
  some.length === others.length && some.every(({ file, hash }, index) => others[index]?.file === file && others[index]?.hash === hash);
