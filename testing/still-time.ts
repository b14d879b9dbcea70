import { syncBuiltinESMExports } from "node:module";
import type { TestContext } from "node:test";

/** How far time goes on at once (milliseconds). */
const stepMs = 100;

/** Lets time go on, for what is over at last, or for a bound: how long that was (milliseconds). */
type Pass = (boundMs: number, isOver?: () => boolean) => Promise<number>;

/** Time that stands still unless the test lets it pass: timers, and the monotonic clock. */
export function stillTime(t: TestContext): Pass {
  let now = 0;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(performance, "now", () => now);
  // What is imported by name becomes another one with that, and back.
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.reset();
    syncBuiltinESMExports();
  });
  return async (boundMs, isOver = () => false) => {
    for (let passed = 0; ; passed += stepMs) {
      // What waits for nothing but its turn has it.
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      if (isOver() || passed >= boundMs) return passed;
      now += stepMs;
      t.mock.timers.tick(stepMs);
    }
  };
}
