/** How work on a key ended: it is done until something changes, or until a time comes (milliseconds from now), or is to be tried again after a while. */
export type Outcome = "done" | "retry" | { readonly afterMs: number };

/** Keys that wait for work. The same key is never worked on twice at a time, and waits only once. */
export interface Queue {
  add(key: string): void;
  /** How many keys wait or are worked on. */
  readonly depth: number;
  /** Takes no more keys; resolves when what runs is done. */
  stop(): Promise<void>;
}

interface QueueOptions {
  readonly work: (key: string) => Promise<Outcome>;
  /** How many keys are worked on at a time. */
  readonly concurrency: number;
  /** How long a key waits after it failed so many times in a row (milliseconds). */
  readonly delayMs: (failures: number) => number;
}

/** A second, doubled with each failure up to five minutes, and of that between half and all, so that many do not come at once. */
export const backoffMs = (failures: number): number => Math.min(300_000, 1000 * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);

export function makeQueue({ work, concurrency, delayMs }: QueueOptions): Queue {
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const failures = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  const later = (key: string, waitMs: number): void => {
    timers.set(
      key,
      setTimeout(() => add(key), waitMs),
    );
  };
  const failed = (key: string): number => {
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    return delayMs(count);
  };
  const one = async (key: string): Promise<void> => {
    const outcome = await work(key);
    running.delete(key);
    if (outcome !== "retry") failures.delete(key);
    if (outcome !== "done" && !(stopped || waiting.has(key))) later(key, outcome === "retry" ? failed(key) : outcome.afterMs);
    next();
  };
  const next = (): void => {
    for (const key of waiting) {
      if (stopped || running.size >= concurrency) return;
      // What is worked on now is taken up again when that has ended: it may have looked before the change.
      if (running.has(key)) continue;
      waiting.delete(key);
      running.set(key, one(key));
    }
  };
  const add = (key: string): void => {
    if (stopped) return;
    clearTimeout(timers.get(key));
    timers.delete(key);
    waiting.add(key);
    next();
  };
  return {
    add,
    get depth() {
      return waiting.size + running.size;
    },
    stop: async () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
