import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromPattern } from "./pattern.ts";

describe("a text from a regular expression", () => {
  const readable = [
    "^[A-Z]{2}\\d{3}$",
    "^(?:cat|dog)-[0-9a-f]+$",
    "^#?([a-f0-9]{6}|[a-f0-9]{3})$",
    "^[^/]+/[^/]+$",
    "\\d{4}-\\d{2}-\\d{2}",
    "^\\+[1-9]\\d{1,14}$",
    "^\\p{L}+$",
    "^[\\w.%+-]+@[\\w-]+\\.[a-z]{2,}$",
    "^(?<year>\\d{4})$",
    "^\\u0041\\x42$",
    "^.+?$",
    "^$",
    "",
    "^[ -~]{3,5}$",
  ];
  for (const pattern of readable) {
    it(`is matched by ${pattern === "" ? "an empty one" : pattern}`, () => {
      const text = fromPattern(pattern, 0, 0);
      assert.match(text ?? assert.fail("no text was made"), new RegExp(pattern, "u"));
    });
  }

  for (const pattern of ["^(?=.*[A-Z]).{8,}$", "(a)\\1", "[", "(", "x".repeat(2_000)]) {
    it(`is not made for ${pattern.slice(0, 20)}`, () => assert.equal(fromPattern(pattern, 0, 0), undefined));
  }

  it("is as long as asked where the expression lets it", () => {
    assert.equal(fromPattern("^[a-z]+\\d{2,4}$", 8, 0), "aaaaaa00");
    assert.equal(fromPattern("^\\d{2,4}$", 3, 0), "000");
  });

  it("is another one for each turn", () => {
    const texts = Array.from({ length: 30 }, (_, turn) => fromPattern("^[ab][a-z]$", 0, turn));
    assert.equal(new Set(texts).size, 30);
  });

  it("ends soon for repetitions of repetitions", () => {
    assert.equal(fromPattern("^((a{999999999}){999999999})$", 0, 0), undefined);
    assert.equal(fromPattern("^(()*){999999999}$", 0, 0), "");
  });

  it("is made, or not, for any text, and is the same each time", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[()[\]{}*+?|^$.\\a-c0-3,-]{0,20}$/)), fc.nat(50), (pattern, turn) => {
        assert.equal(fromPattern(pattern, 5, turn), fromPattern(pattern, 5, turn));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is matched by the expression, for expressions composed of what is read", () => {
    const atom = fc.constantFrom("a", "[b-d]", "\\d", "[^a-z]", ".", "\\.", "\\w", "(?:x|yz)", "[\\s_]");
    const piece = fc.tuple(atom, fc.constantFrom("", "*", "+", "?", "{2}", "{1,3}", "{2,}")).map((pair) => pair.join(""));
    const sequence = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
    const expression = fc.array(sequence, { minLength: 1, maxLength: 3 }).map((sequences) => `^(${sequences.join("|")})$`);
    fc.assert(
      fc.property(expression, fc.nat(10), fc.nat(100), (pattern, atLeast, turn) => {
        assert.match(fromPattern(pattern, atLeast, turn) ?? assert.fail("no text was made"), new RegExp(pattern, "u"));
      }),
      { numRuns: 1_000 },
    );
  });
});
