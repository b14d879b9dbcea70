import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { headerChanges } from "./header.ts";

const takes = (value: string): boolean => headerChanges.safeParse({ set: { "x-a": value } }).success;

describe("a header's value", () => {
  it("is as long as Envoy takes it: 16,384 bytes, each % counted twice", () => {
    for (const [character, most] of [
      ["a", 16_384],
      ["%", 8192],
      ["é", 8192],
    ] as const) {
      assert.equal(takes(character.repeat(most)), true, character);
      assert.equal(takes(character.repeat(most + 1)), false, character);
    }
  });

  it("has no line break and no control character", () => {
    for (const value of ["a\r\nb", "a\nb", "a\0", "a\u007f"]) assert.equal(takes(value), false, JSON.stringify(value));
  });
});

describe("the headers that are taken out", () => {
  const remove = (...names: readonly string[]): boolean => headerChanges.safeParse({ remove: names }).success;

  it("are each named once, in capitals or small letters", () => {
    assert.equal(remove("x-a", "X-B"), true);
    assert.equal(remove("x-a", "X-A"), false);
    assert.equal(remove("x-a", "x-a"), false);
  });
});
