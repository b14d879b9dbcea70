import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { Turns } from "./turns.ts";

/** Works that end when they are told to, in the order in which they began; a millisecond goes by when nothing else is said. */
function works(t: TestContext) {
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const work = (name: string) => (): Promise<string> => {
    began.push(name);
    return new Promise((resolve) => ends.set(name, () => resolve(name)));
  };
  const end = async (name: string, afterMs = 1): Promise<void> => {
    now += afterMs;
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { began, work, end, pass };
}

describe("turns", () => {
  it("are so many at once; who waits goes when one ends, and where too many wait, no more may", async (t) => {
    const { began, work, end } = works(t);
    const turns = new Turns(2, 1);
    const all = ["a", "b", "c", "d"].map((name) => turns.take(work(name)));
    assert.deepEqual([began, await all[3]], [["a", "b"], undefined]);
    await end("a");
    assert.deepEqual(began, ["a", "b", "c"]);
    await end("b");
    await end("c");
    assert.deepEqual(await Promise.all(all), ["a", "b", "c", undefined]);
  });

  it("are given to each client in its turn, however many of another wait", async (t) => {
    const { began, work, end } = works(t);
    const turns = new Turns(1, 10);
    const all = ["a1", "a2", "a3", "b1", "b2", "c1"].map((name) => turns.take(work(name), name.slice(0, 1)));
    for (const name of ["a1", "b1", "c1", "a2", "b2", "a3"]) await end(name);
    assert.deepEqual(began, ["a1", "b1", "c1", "a2", "b2", "a3"]);
    assert.equal((await Promise.all(all)).length, 6);
  });

  it("are given first to who has taken the least time, and what was taken counts half after five seconds", async (t) => {
    const { began, work, end, pass } = works(t);
    const turns = new Turns(1, 20);
    const take = (name: string): unknown => turns.take(work(name), name.slice(0, 1));
    for (const name of ["a1", "a2", "b1", "b2", "b3"]) take(name);
    await end("a1", 1_000);
    for (const name of ["b1", "b2"]) await end(name, 300);
    take("c1");
    await end("b3", 300);
    await end("c1");
    assert.deepEqual(began, ["a1", "b1", "b2", "b3", "c1", "a2"]);
    await end("a2");
    pass(20_000);
    for (const name of ["c2", "a3", "c3"]) take(name);
    await end("c2", 100);
    assert.deepEqual(began.slice(-2), ["c2", "a3"]);
  });

  it("are given within a client to what has taken the least time, whoever it was for", async (t) => {
    const { began, work, end } = works(t);
    const turns = new Turns(1, 20);
    const take = (name: string, client: string): unknown => turns.take(work(name), client, name.slice(0, -1));
    take("slow1", "a");
    take("slow2", "b");
    take("quick1", "b");
    take("slow3", "c");
    take("quick2", "d");
    await end("slow1", 500);
    for (const name of ["quick1", "quick2", "slow2", "slow3"]) await end(name);
    assert.deepEqual(began.toSorted(), ["quick1", "quick2", "slow1", "slow2", "slow3"]);
    assert.deepEqual(began.slice(0, 3), ["slow1", "quick1", "quick2"]);
  });

  it("leave room for others, however many of one wait", async (t) => {
    const { work } = works(t);
    const turns = new Turns(1, 100);
    const waiting: string[] = [];
    const take = async (name: string, ...kinds: readonly string[]): Promise<void> => {
      waiting.push(name);
      if ((await turns.take(work(name), ...kinds)) === undefined) waiting.splice(waiting.indexOf(name), 1);
    };
    const many = (count: number, name: string, ...kinds: readonly string[]): void => {
      for (let one = 0; one < count; one++) void take(name, ...kinds);
    };
    const count = async (name: string): Promise<number> => {
      await new Promise((resolve) => setImmediate(resolve));
      return waiting.filter((one) => one === name).length;
    };
    many(1, "goes", "x", "x");
    many(100, "a", "a", "1");
    assert.equal(await count("a"), 25);
    many(100, "a2", "a", "2");
    assert.equal(await count("a2"), 13);
    many(100, "b", "b", "1");
    assert.equal(await count("b"), 16);
    for (let client = 0; client < 100; client++) many(1, "c", `c${client}`, "1");
    assert.ok((await count("c")) > 30);
    assert.ok(waiting.length <= 101);
  });

  it("go on after one that fails", async () => {
    const turns = new Turns(1, 1);
    await assert.rejects(turns.take(() => Promise.reject(new Error("no"))));
    assert.equal(await turns.take(async () => 1), 1);
  });
});
