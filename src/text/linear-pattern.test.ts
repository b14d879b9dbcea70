import assert from "node:assert/strict";
import { it } from "node:test";
import { constantFrom, assert as holds, property, stringMatching } from "fast-check";
import { linearPattern } from "./linear-pattern.ts";

const patterns = [
  "^[a-z]{2,4}$",
  "^\\d+(\\.\\d+)?$",
  "\\u0041|\\u{42}",
  "^[^\\s/]+$",
  "^\\S+@\\S+$",
  "^a\\/b$",
  "[\\w-]+\\.[a-z]",
  "^(?:[01]\\d|2[0-3]):[0-5]\\d$",
  "^[[:]+$",
  "\\s",
  "[\\s,]",
  "^\\cJ$",
  "^[^]$",
  "a[]",
];

it("answers as ECMA-262 does", () => {
  const texts = ["", "ab", "A", "B", "a b", "a/b", "1.5", "x@y", "23:59", "[:", "\n", "\u00a0", "\u2028", ",", "a-b.c", "\u{1f600}"];
  for (const pattern of patterns)
    for (const text of texts)
      assert.equal(
        linearPattern(pattern)?.test(text),
        new RegExp(pattern, "u".repeat(Number(!pattern.includes("[[")))).test(text),
        `${pattern} ${text}`,
      );
  const made = patterns.filter((pattern) => !/\\u\{|\\c|\[\]|\[\^\]|\[\[/.test(pattern));
  holds(
    property(
      constantFrom(...made).chain((pattern) => stringMatching(new RegExp(pattern)).map((text) => [pattern, text] as const)),
      ([pattern, text]) => assert.equal(linearPattern(pattern)?.test(text), true, `${pattern} ${text}`),
    ),
  );
});

it("takes no pattern that looks around or back, and none that is wrong", () => {
  for (const pattern of ["(?=a)b", "(?<!a)b", "(a)\\1", "(", "[b-a]"]) assert.equal(linearPattern(pattern), undefined, pattern);
});

it("takes a time that grows with the text alone", { timeout: 10_000 }, () => {
  assert.equal(linearPattern("^(a+)+$")?.test(`${"a".repeat(50_000)}b`), false);
});
