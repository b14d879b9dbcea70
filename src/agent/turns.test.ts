import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Turns } from "./turns.ts";

/** Works that end when they are told to, in the order in which they began. */
function works() {
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => (): Promise<string> => {
    began.push(name);
    return new Promise((resolve) => ends.set(name, () => resolve(name)));
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { began, work, end };
}

describe("turns", () => {
  it("are so many at once; who waits goes when one ends, and where too many wait, no more may", async () => {
    const { began, work, end } = works();
    const turns = new Turns(2, 1);
    const all = ["a", "b", "c", "d"].map((name) => turns.take(work(name)));
    assert.deepEqual([began, await all[3]], [["a", "b"], undefined]);
    await end("a");
    assert.deepEqual(began, ["a", "b", "c"]);
    await end("b");
    await end("c");
    assert.deepEqual(await Promise.all(all), ["a", "b", "c", undefined]);
  });

  it("are given to each kind in its turn, however many of another wait", async () => {
    const { began, work, end } = works();
    const turns = new Turns(1, 10, 3);
    const crowd = ["a1", "a2", "a3", "a4", "a5"].map((name) => turns.take(work(name), "a"));
    const other = turns.take(work("b1"), "b");
    assert.equal(await crowd[4], undefined, "more of one kind than may wait");
    for (const name of ["a1", "a2", "b1", "a3", "a4"]) await end(name);
    assert.deepEqual(began, ["a1", "a2", "b1", "a3", "a4"]);
    assert.equal(await other, "b1");
  });

  it("are given to all others before a kind that was put last, for as long as it was", async (t) => {
    const now = t.mock.method(performance, "now", () => 0);
    const { began, work, end } = works();
    const turns = new Turns(1, 10);
    const all = ["a1", "a2", "b1", "b2", "a3"].map((name) => turns.take(work(name), name.slice(0, 1)));
    turns.putLast("a", 1_000);
    for (const name of ["a1", "b1"]) await end(name);
    all.push(turns.take(work("c1"), "c"));
    for (const name of ["b2", "c1"]) await end(name);
    assert.deepEqual(began, ["a1", "b1", "b2", "c1", "a2"]);
    now.mock.mockImplementation(() => 1_000);
    all.push(turns.take(work("b3"), "b"));
    for (const name of ["a2", "a3", "b3"]) await end(name);
    assert.deepEqual(began.slice(5), ["a3", "b3"]);
    assert.equal((await Promise.all(all)).length, 7);
  });

  it("go on after one that fails", async () => {
    const turns = new Turns(1, 1);
    await assert.rejects(turns.take(() => Promise.reject(new Error("no"))));
    assert.equal(await turns.take(async () => 1), 1);
  });
});
