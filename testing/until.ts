import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits until a question has an answer, for what gives no event: asks again after each pause, and fails the test with `what` after
 * the bound.
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  boundMs = 10_000,
  pauseMs = 10,
): Promise<T> {
  const deadline = performance.now() + boundMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    assert.ok(performance.now() < deadline, `not within ${boundMs / 1000} s: ${what}`);
    await wait(pauseMs);
  }
}
