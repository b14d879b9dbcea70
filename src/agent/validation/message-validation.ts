import type { AgentValidators } from "../../model/agent.ts";
import { Turns } from "../turns.ts";
import type { Held } from "./held.ts";
import type { Task, TaskAnswer, ValidationRequest, ValidationResponse } from "./tasks.ts";
import { startThread, type Thread } from "./thread.ts";
import type { Verdict } from "./violation.ts";

/** Holds messages against documents, by the validators that it was given last. */
export interface MessageValidation {
  /** Undefined where nobody can tell: it takes too long, too many wait, or the operation is not known. */
  ofRequest(request: ValidationRequest): Promise<Verdict | undefined>;
  ofResponse(response: ValidationResponse): Promise<Verdict | undefined>;
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
/** Whose message ended a thread lets others go first for so long: a client that sends one after another holds up its own operation. */
const lastForMs = 5_000;
const mostWaiting = 1_000;
/** Of one operation so many may wait, so that no operation holds up all others. */
const mostOfOne = 200;

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
  const turns = new Turns(1, mostWaiting, mostOfOne);
  let loaded: Loaded = { now: [], before: [] };
  let thread: Promise<Thread | undefined> | undefined;

  const open = async ({ now, before }: Loaded): Promise<Thread | undefined> => {
    const opening = startThread(program);
    const found = await opening.ask({ kind: "load", now: filesOf(now), before: filesOf(before) }, longestLoadMs);
    if (found?.kind === "done") return opening;
    opening.retire();
    return undefined;
  };
  const done = async (task: Task, what: string, kind: string): Promise<TaskAnswer | undefined> => {
    thread ??= open(loaded);
    const asking = thread;
    const found = await (await asking)?.ask(task, longestMs);
    // Why is not said: it may show what is in a message.
    if (found?.kind === "failed") say(`${what} could not be held against its document: what validates it has failed.`);
    if (found !== undefined) return found;
    if (thread === asking) thread = undefined;
    turns.putLast(kind, lastForMs);
    say(`${what} could not be held against its document within ${longestMs} ms; the thread that was busy with it is ended.`);
    return undefined;
  };
  const verdictOf = async (task: Task, { api, operation, body }: Asked, what: string): Promise<Verdict | undefined> => {
    const bytes = body?.length ?? 0;
    if (!held.take(bytes)) return undefined;
    const since = performance.now();
    const kind = `${api}/${operation}`;
    const work = async () => (performance.now() - since > longestWaitMs ? undefined : done(task, `${what} ${kind}`, kind));
    try {
      const found = await turns.take(work, kind);
      return found?.kind === "done" ? found.verdict : undefined;
    } finally {
      held.give(bytes);
    }
  };
  return {
    ofRequest: (request) => verdictOf({ kind: "request", request }, request, "A request to"),
    ofResponse: (response) => verdictOf({ kind: "response", response }, response, "An answer of"),
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
