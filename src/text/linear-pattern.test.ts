import assert from "node:assert/strict";
import { it } from "node:test";
import { constantFrom, assert as holds, property, stringMatching } from "fast-check";
import { linearPattern, whyNotLinear } from "./linear-pattern.ts";

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
  "^[^[]+$",
  "^[^[\\]]+$",
  "[[]",
  "^.$",
  "^\\p{Letter}+$",
  "^[\\p{gc=Uppercase_Letter}\\p{Nd}]+$",
  "^\\P{Letter}$",
  "^\\p{Script=Greek}$",
  "^[ -~]{2,2048}$",
  "^.{1,1001}$",
  "^[^\\]]{1001,}$",
];

it("answers as ECMA-262 does", () => {
  const texts = [
    "",
    "ab",
    "A",
    "B",
    "a b",
    "a/b",
    "1.5",
    "x@y",
    "23:59",
    "[:",
    "\n",
    "\u00a0",
    "\u2028",
    ",",
    "a-b.c",
    "\u{1f600}",
    "[",
    "a[b",
    "\r",
    "Ω",
    "\u{1f600}".repeat(1001),
    "a".repeat(1002),
  ];
  for (const pattern of patterns)
    for (const text of texts)
      assert.equal(
        linearPattern(pattern)?.test(text),
        new RegExp(pattern, "u".repeat(Number(!pattern.startsWith("^[[:")))).test(text),
        `${pattern} ${text}`,
      );
  const made = patterns.filter((pattern) => !/\\u\{|\\[cpP]|\[\]|\[\^\]|\[\[|\d{4}/.test(pattern));
  holds(
    property(
      constantFrom(...made).chain((pattern) => stringMatching(new RegExp(pattern)).map((text) => [pattern, text] as const)),
      ([pattern, text]) => assert.equal(linearPattern(pattern)?.test(text), true, `${pattern} ${text}`),
    ),
  );
});

it("takes no pattern that looks around or back, and none that is wrong", () => {
  for (const pattern of ["(?=a)b", "(?<!a)b", "(a)\\1", "(", "[b-a]", "(ab){1,2048}", "^[a]{2048,1}$", "["])
    assert.equal(linearPattern(pattern), undefined, pattern);
  assert.equal(whyNotLinear("^a$"), undefined);
  assert.match(whyNotLinear("(?=a)b") ?? "", /looks around or back/);
  assert.match(whyNotLinear("(ab){1,2048}") ?? "", /^RE2, .* cannot read the pattern \(invalid repeat count: `\{1,2048\}`\)$/);
});

it("takes a time that grows with the text alone", { timeout: 10_000 }, () => {
  assert.equal(linearPattern("^(a+)+$")?.test(`${"a".repeat(50_000)}b`), false);
});
