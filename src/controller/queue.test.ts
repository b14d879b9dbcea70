import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../testing/until.ts";
import { backoffMs, makeQueue, type Outcome } from "./queue.ts";

/** Work whose end the test decides. */
function heldWork() {
  const begun: string[] = [];
  const ends = new Map<string, (outcome: Outcome) => void>();
  const work = (key: string): Promise<Outcome> => {
    begun.push(key);
    return new Promise((resolve) => ends.set(key, resolve));
  };
  return { begun, work, end: (key: string, outcome: Outcome = "done") => ends.get(key)?.(outcome) };
}

describe("the queue", () => {
  it("works on a few keys at a time, on none twice, and once more on one that changed meanwhile", async () => {
    const { begun, work, end } = heldWork();
    const queue = makeQueue({ work, concurrency: 2, delayMs: () => 0 });
    for (const key of ["a", "b", "c", "a", "a"]) queue.add(key);
    assert.deepEqual(begun, ["a", "b"]);
    assert.equal(queue.depth, 4);
    end("b");
    await until("c begins", () => begun.includes("c"));
    assert.deepEqual(begun, ["a", "b", "c"]);
    end("a");
    await until("a begins again", () => begun.length === 4);
    assert.deepEqual(begun.at(-1), "a");
    for (const key of ["a", "c"]) end(key);
    await until("nothing is left", () => queue.depth === 0);
    await queue.stop();
  });

  it("looks again at what has a time, once it has come, and at once when it changed before", async () => {
    const { begun, work, end } = heldWork();
    const queue = makeQueue({ work, concurrency: 1, delayMs: () => assert.fail("it did not fail") });
    queue.add("a");
    end("a", { afterMs: 1 });
    await until("it is begun again", () => begun.length === 2);
    end("a", { afterMs: 60_000 });
    await until("it waits for its time", () => queue.depth === 0);
    queue.add("a");
    assert.equal(begun.length, 3);
    end("a");
    await queue.stop();
  });

  it("tries again what failed, later each time, and at once when it changed", async () => {
    const delays: number[] = [];
    const { begun, work, end } = heldWork();
    const queue = makeQueue({
      work,
      concurrency: 1,
      delayMs: (failures) => {
        delays.push(failures);
        return failures === 3 ? 3_600_000 : 0;
      },
    });
    queue.add("a");
    for (const turn of [1, 2, 3]) {
      end("a", "retry");
      await until("the failure is counted", () => delays.length === turn);
      if (turn < 3) await until("it is tried again", () => begun.length === turn + 1);
    }
    queue.add("a");
    assert.equal(begun.length, 4);
    end("a");
    await until("nothing is left", () => queue.depth === 0);
    queue.add("a");
    end("a", "retry");
    await until("it counts from one again", () => delays.length === 4);
    assert.deepEqual(delays, [1, 2, 3, 1]);
    await until("it is tried again", () => begun.length === 6);
    end("a");
    await queue.stop();
  });

  it("takes nothing more once it stops, and waits for what runs", async () => {
    const { begun, work, end } = heldWork();
    const queue = makeQueue({ work, concurrency: 1, delayMs: () => 0 });
    queue.add("a");
    queue.add("b");
    const stopped = queue.stop();
    queue.add("c");
    end("a");
    await stopped;
    assert.deepEqual(begun, ["a"]);
  });

  it("waits from half a second up to five minutes", () => {
    for (const [failures, most] of [
      [1, 1000],
      [4, 8000],
      [40, 300_000],
    ] as const) {
      const delay = backoffMs(failures);
      assert.ok(delay >= most / 2 && delay <= most, `${failures}: ${delay}`);
    }
  });
});
