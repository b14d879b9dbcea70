import { TimeTaken } from "./time-taken.ts";

/** Those who wait for the same. */
interface Queue {
  readonly kinds: readonly string[];
  readonly waiting: (() => void)[];
}

/**
 * Lets so many works go at once; others wait for their turn. Each is for somebody: `kinds` says for whom, a client first, and then what of that client's. Who has taken the least time of late
 * goes first, so that nobody who sends much, or what takes long, holds up the others; and however many wait, there is room for those of somebody else.
 */
export class Turns {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #queues = new Map<string, Queue>();
  /** How many wait, by the first of their kinds, by the first two, and so on. */
  readonly #counts = new Map<string, number>();
  readonly #taken = new TimeTaken();
  #going = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** What `work` gives; undefined, and it is not begun, where too many wait. */
  async take<T>(work: () => Promise<T>, ...kinds: readonly string[]): Promise<T | undefined> {
    if (this.#going >= this.#most) {
      if (!this.#mayWait(kinds)) return undefined;
      await new Promise<void>((resolve) => this.#wait(kinds, resolve));
    } else this.#going++;
    const since = performance.now();
    try {
      return await work();
    } finally {
      const ms = performance.now() - since;
      for (const [level, kind] of kinds.entries()) this.#taken.add(`${level} ${kind}`, ms);
      // The turn goes on to who waits, without being given back in between.
      const next = this.#next();
      if (next === undefined) this.#going--;
      else next();
    }
  }

  /** Of a client as many may wait as there is room left for all others, and of what is its own the same again. */
  #mayWait(kinds: readonly string[]): boolean {
    const [all = 0, ...own] = groupsOf(kinds).map((group) => this.#counts.get(group) ?? 0);
    let [room, within] = [this.#mostWaiting, all];
    for (const its of own) [room, within] = [(room - within + its) / 2, its];
    return within < room;
  }

  #wait(kinds: readonly string[], go: () => void): void {
    const key = JSON.stringify(kinds);
    const queue = this.#queues.get(key) ?? { kinds, waiting: [] };
    queue.waiting.push(go);
    this.#queues.set(key, queue);
    this.#count(kinds, 1);
  }

  #count(kinds: readonly string[], more: 1 | -1): void {
    for (const group of groupsOf(kinds)) {
      const count = (this.#counts.get(group) ?? 0) + more;
      if (count === 0) this.#counts.delete(group);
      else this.#counts.set(group, count);
    }
  }

  /** Of those who have taken the least the one that waits longest. */
  #next(): (() => void) | undefined {
    const nowMs = performance.now();
    let first: Queue | undefined;
    for (const queue of this.#queues.values()) if (first === undefined || this.#goesBefore(queue.kinds, first.kinds, nowMs)) first = queue;
    if (first === undefined) return undefined;
    const next = first.waiting.shift();
    if (first.waiting.length === 0) this.#queues.delete(JSON.stringify(first.kinds));
    this.#count(first.kinds, -1);
    return next;
  }

  /** An operation's time is that of all clients: among those who have taken nothing it tells who may take long. */
  #goesBefore(kinds: readonly string[], others: readonly string[], nowMs: number): boolean {
    for (const [level, kind] of kinds.entries()) {
      const [its, other] = [kind, others[level]].map((one) => this.#taken.of(`${level} ${one}`, nowMs));
      if (its !== other) return (its ?? 0) < (other ?? 0);
    }
    return false;
  }
}

/** All, those of the first kind, those of the first two, and so on. */
const groupsOf = (kinds: readonly string[]): readonly string[] =>
  Array.from({ length: kinds.length + 1 }, (_, length) => JSON.stringify(kinds.slice(0, length)));
