import { setTimeout as wait } from "node:timers/promises";
import { type Checked, failed, type Problem } from "../../problem.ts";

/** How often something is tried again that may work later, and after how long (milliseconds): each wait is twice the one before. */
export interface Retries {
  readonly most: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

export const usualRetries: Retries = { most: 4, firstMs: 250, longestMs: 30_000 };

/** Why something did not work now: it may later, perhaps not before some time, and perhaps not as often as other things are tried again. */
export interface Later {
  readonly later: Problem;
  readonly notBeforeMs: number;
  readonly most?: number;
}

/** What came of one try: an outcome, or that it may work later. */
export type Try<T> = { readonly outcome: Checked<T> } | Later;

/** Tries until there is an outcome or too much was tried: then the last Problem is the outcome. Waits differ at random, so that many do not come at once. */
export async function retried<T>({ most, firstMs, longestMs }: Retries, attempt: () => Promise<Try<T>>): Promise<Checked<T>> {
  for (let turn = 0; ; turn++) {
    const one = await attempt();
    if ("outcome" in one) return one.outcome;
    // To ask before the time that was named, or to wait for ever so long, helps nobody.
    if (turn >= Math.min(most, one.most ?? most) || one.notBeforeMs > longestMs) return failed(one.later);
    await wait(Math.min(longestMs, Math.max(one.notBeforeMs, firstMs * 2 ** turn * (0.5 + Math.random() / 2))));
  }
}

/** How long a field Retry-After asks to wait (RFC 9110, section 10.2.3: seconds, or a date), in milliseconds. */
export function retryAfterMs(said: string | undefined, now: number): number {
  if (said === undefined) return 0;
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - now;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
