import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareText, type PathTemplate, type Segment, shape, specificity } from "./path.ts";

/** The order in which paths answer: what `specificity` leaves open is decided by the text. */
const precedence = (a: PathTemplate, b: PathTemplate): number => specificity(a, b) || compareText(shape(a), shape(b));

const parameter = { parameter: "x" };
const segment = fc.constantFrom<Segment>(["a"], ["abc"], [parameter], [parameter, ".json"], ["a", parameter], []);
const template: fc.Arbitrary<PathTemplate> = fc.array(segment, { minLength: 1, maxLength: 4 });

describe("the order in which templates answer", () => {
  it("is the same whichever of two is asked about first", () => {
    fc.assert(fc.property(template, template, (a, b) => assert.equal(Math.sign(precedence(a, b)), 0 - Math.sign(precedence(b, a)))));
  });

  it("is one order for all: what comes before another comes before all that come after it", () => {
    fc.assert(
      fc.property(template, template, template, (a, b, c) => {
        fc.pre(precedence(a, b) <= 0 && precedence(b, c) <= 0);
        assert.ok(precedence(a, c) <= 0);
      }),
    );
  });

  it("leaves no two templates of different shape equal", () => {
    fc.assert(fc.property(template, template, (a, b) => assert.equal(precedence(a, b) === 0, shape(a) === shape(b))));
  });

  const cases: readonly [what: string, first: PathTemplate, second: PathTemplate][] = [
    ["a concrete segment before a templated one", [["pets"], ["mine"]], [["pets"], [parameter]]],
    ["the first segment that differs decides", [["a"], [parameter], [parameter]], [[parameter], ["b"], ["c"]]],
    ["of two templated ones the one with more literal text", [[parameter, ".json"]], [[parameter]]],
  ];
  for (const [what, first, second] of cases) it(what, () => assert.ok(precedence(first, second) < 0));
});
