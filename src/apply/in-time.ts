import { setTimeout as wait } from "node:timers/promises";

/** What somebody answers within a time (milliseconds), else what stands for no answer. An answer that comes later is nobody's. */
export async function inTime<T>(answer: Promise<T>, patienceMs: number, late: () => T): Promise<T> {
  const answered = new AbortController();
  const over = wait(patienceMs, undefined, { signal: answered.signal }).then(late);
  try {
    return await Promise.race([answer, over]);
  } finally {
    over.catch(() => {});
    answer.catch(() => {});
    answered.abort();
  }
}
