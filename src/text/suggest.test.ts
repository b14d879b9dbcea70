import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { didYouMean, suggest } from "./suggest.ts";

const known = ["timeout", "backend", "cors", "requestHeaders", "responseHeaders", "mock"];

describe("a misspelt word finds the one that was meant", () => {
  const cases: readonly [string, string | undefined][] = [
    ["timeuot", "timeout"],
    ["time-out", "timeout"],
    ["Backend", "backend"],
    ["backends", "backend"],
    ["cros", "cors"],
    ["reponseHeaders", "responseHeaders"],
    ["requestHeader", "requestHeaders"],
    ["mok", "mock"],
    ["x", undefined],
    ["security", undefined],
    ["", undefined],
  ];
  for (const [word, meant] of cases)
    it(`${JSON.stringify(word)} means ${meant ?? "nothing known"}`, () => assert.equal(suggest(word, known), meant));

  it("a word of a megabyte costs no more than a short one", () => assert.equal(suggest("timeout".repeat(150_000), known), undefined));

  it("says it as a question, or nothing", () => {
    assert.equal(didYouMean("timeuot", known), " Did you mean `timeout`?");
    assert.equal(didYouMean("zebra", known), "");
  });
});
