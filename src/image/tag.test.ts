import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { tagOfVersion } from "./tag.ts";

describe("the tag of a version", () => {
  for (const [version, tag] of [
    ["1.0.0", "1.0.0"],
    ["v2-beta.1", "v2-beta.1"],
    ["1.0.0+build.7", "1.0.0_2Bbuild.7"],
    ["1_0", "1_5F0"],
    [".5", "_2E5"],
    ["-x", "_2Dx"],
    ["größe", "gr_C3_B6_C3_9Fe"],
    ["", "_"],
    ["a".repeat(128), "a".repeat(128)],
  ] as const) {
    it(`${JSON.stringify(version.slice(0, 20))} is ${tag.slice(0, 20)}`, () => assert.equal(tagOfVersion(version), tag));
  }

  it("is a tag, and another one for another version", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("1", ".", "-", "_", "+", "a", "2", "B"), maxLength: 150 }),
    );
    fc.assert(
      fc.property(text, text, (one, other) => {
        assert.match(tagOfVersion(one), /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
        assert.equal(tagOfVersion(one) === tagOfVersion(other), one.toWellFormed() === other.toWellFormed());
      }),
      { numRuns: 5_000 },
    );
  });
});
