import assert from "node:assert/strict";
import { it } from "node:test";
import { fitsClaim } from "./claim-pattern.ts";

it("an expression for a claim is no larger than Envoy compiles", () => {
  for (const pattern of [
    "gold|silver",
    "team-.*",
    "[a-z]{1,40}",
    "\\d{1,45}",
    "a\\.b",
    "(foo|bar|baz){5}",
    ".{1,5}",
    "[a-zA-Z0-9_]{5}",
    "é+",
    "(?i)gold",
  ])
    assert.ok(fitsClaim(pattern), pattern);
  for (const pattern of [
    ...[
      "\\d{1,100}",
      ".{1,100}",
      "\\p{L}+",
      "[a-zA-Z0-9_]{3,50}",
      "[a-z]{1,50}",
      "(?i)[a-z]{20}",
      "[^a]{20}",
      "é{60}",
      "[é]{60}",
      "\\pL",
      "(",
    ],
  ])
    assert.ok(!fitsClaim(pattern), pattern);
});
