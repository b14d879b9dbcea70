import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checked, error, wholeFile } from "../../problem.ts";
import { retried, retryAfterMs, type Try, usualRetries } from "./retry.ts";

const later = (notBeforeMs = 0): Try<string> => ({ later: error("RegistryFailed", wholeFile("r.test"), "Busy."), notBeforeMs });

describe("what may work later", () => {
  it("is tried again after waits that grow, and given up in the end", async (t) => {
    t.mock.method(Math, "random", () => 1);
    const at: number[] = [];
    const outcome = await retried<string>({ most: 4, firstMs: 8, longestMs: 40 }, () => {
      at.push(performance.now());
      return Promise.resolve(later());
    });
    assert.equal(outcome.ok, false);
    const waits = at.slice(1).map((now, index) => now - (at[index] ?? now));
    // A timer of Node's may be a millisecond early, and as late as it likes.
    for (const [index, least] of [8, 16, 32, 40].entries()) assert.ok((waits[index] ?? 0) >= least - 2, `${waits}`);
    assert.equal(waits.length, 4);
  });

  it("is not waited for longer than helps, and not asked for once it worked", async () => {
    let tries = 0;
    const refused = await retried<string>(usualRetries, () => Promise.resolve(later(usualRetries.longestMs + 1)));
    assert.equal(refused.ok, false);
    const worked = await retried<string>({ ...usualRetries, firstMs: 1 }, () =>
      Promise.resolve(++tries === 2 ? { outcome: checked("done", []) } : later()),
    );
    assert.deepEqual([worked.ok && worked.value, tries], ["done", 2]);
  });

  it("says when, in seconds or by a date", () => {
    const now = Date.parse("2026-11-30T00:00:00Z");
    assert.deepEqual(
      [undefined, "3", "Mon, 30 Nov 2026 00:00:02 GMT", "Sun, 29 Nov 2026 00:00:00 GMT", "soon"].map((said) => retryAfterMs(said, now)),
      [0, 3000, 2000, 0, 0],
    );
  });
});
