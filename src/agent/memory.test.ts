import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Memory } from "./memory.ts";

describe("what the agent remembers", () => {
  it("is known until its time, and not at it", () => {
    let now = 0;
    const memory = new Memory<string>({ most: 10, nowMs: () => now });
    memory.set("a", "one", 5);
    now = 4;
    assert.equal(memory.get("a"), "one");
    now = 5;
    assert.equal(memory.get("a"), undefined);
    memory.set("b", "over already", 5);
    assert.equal(memory.get("b"), undefined);
  });

  it("makes room by what was not asked for the longest", () => {
    const memory = new Memory<number>({ most: 2, nowMs: () => 0 });
    memory.set("a", 1, 1);
    memory.set("b", 2, 1);
    memory.get("a");
    memory.set("c", 3, 1);
    assert.deepEqual(
      ["a", "b", "c"].map((key) => memory.get(key)),
      [1, undefined, 3],
    );
  });

  it("weighs what is large, and holds nothing that is too large by itself", () => {
    const memory = new Memory<string>({ most: 10, weightOf: ({ length }) => length, nowMs: () => 0 });
    memory.set("a", "1234", 1);
    memory.set("b", "1234", 1);
    memory.set("a", "12", 1);
    memory.set("c", "1234", 1);
    assert.deepEqual(
      ["a", "b", "c"].map((key) => memory.get(key)),
      ["12", "1234", "1234"],
    );
    memory.set("d", "12345", 1);
    assert.deepEqual(
      ["a", "b", "c", "d"].map((key) => memory.get(key)),
      [undefined, undefined, "1234", "12345"],
    );
    memory.set("e", "12345678901", 1);
    assert.deepEqual(
      ["c", "d", "e"].map((key) => memory.get(key)),
      [undefined, undefined, undefined],
    );
    memory.forget("nothing");
    memory.set("f", "1234567890", 1);
    assert.equal(memory.get("f"), "1234567890");
  });
});
