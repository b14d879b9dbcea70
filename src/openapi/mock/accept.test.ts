import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { plainAcceptPattern } from "../../model/accept.ts";
import { preferredType } from "./accept.ts";
import { chosenReply, defaultReply } from "./replies.ts";
import { testSource } from "./test-document.ts";

const types = ["application/json", "application/hal+json", "text/html;level=1", "text/html"];

describe("the type that an Accept field likes best", () => {
  const rows: readonly (readonly [accept: string | undefined, expected: string | undefined])[] = [
    [undefined, "application/json"],
    ["", "application/json"],
    [" , ,", "application/json"],
    ["nonsense", "application/json"],
    ["*/*", "application/json"],
    ["text/*", "text/html;level=1"],
    ["TEXT/HTML", "text/html;level=1"],
    ["text/html;level=1;q=0.2, text/html;q=0.5", "text/html"],
    ["text/html;level=1", "text/html;level=1"],
    ["text/html;level=2", undefined],
    ["application/json;q=0.5, application/hal+json;q=0.6", "application/hal+json"],
    ["application/json;q=0, */*;q=0.1", "application/hal+json"],
    ["application/*;q=0.1, text/html;q=0", "application/json"],
    ["application/json;q=0", undefined],
    ["application/json;charset=utf-8", "application/json"],
    ['text/plain;p=", application/json", text/html', "text/html;level=1"],
    ["image/png", undefined],
  ];
  for (const [accept, expected] of rows) {
    it(`is ${expected ?? "none"} for ${accept ?? "no field at all"}`, () => {
      const index = preferredType(accept, types);
      assert.equal(index === undefined ? undefined : types[index], expected);
    });
  }

  it("is found in bounded time in a field of any length", () => {
    const before = performance.now();
    assert.equal(preferredType("text/plain,".repeat(1_000_000), types), undefined);
    assert.ok(performance.now() - before < 1_000);
  });
});

describe("the expression for Accept fields that leave no choice", () => {
  const offered = ["application/json", "application/hal+json", "application/xml", "text/plain"];
  const range = fc.constantFrom(...offered, "*/*", "text/*", "application/*", "image/png", "", "x");
  const weight = fc.constantFrom("", ";q=1", ";q=1.000", ";q=0", ";q=0.5", "; q=0.9", ";v=1", ";charset=utf-8");
  const element = fc.tuple(fc.constantFrom("", " ", "\t"), range, weight, fc.constantFrom("", " ")).map((texts) => texts.join(""));
  const field = fc.array(element, { maxLength: 5 }).map((elements) => elements.join(","));
  const offers = fc.uniqueArray(fc.constantFrom(...offered), { minLength: 1 });

  it("matches only fields to which the default answer is the chosen one", () => {
    fc.assert(
      fc.property(offers, field, (offer, accept) => {
        const source = testSource({ 200: { content: Object.fromEntries(offer.map((type) => [type, { example: `of ${type}` }])) } });
        const reply = defaultReply(source);
        fc.pre(new RegExp(`^(?:${plainAcceptPattern(reply.mediaType)})$`, "s").test(accept));
        assert.deepEqual(chosenReply(source, { accept, prefer: undefined, requestId: undefined }), reply, accept);
      }),
      { numRuns: 2_000, maxSkipsPerRun: 1_000 },
    );
  });
});
