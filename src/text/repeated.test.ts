import assert from "node:assert/strict";
import { it } from "node:test";
import { Ajv } from "ajv";
import fc from "fast-check";
import { repeatedIn } from "./repeated.ts";

const areUnique = new Ajv().compile({ type: "array", uniqueItems: true });

it("what is said to be the same is what Ajv takes for the same, and nothing else is", () => {
  const word = fc.constantFrom("", "a", "b", "1", "null", "[]", '"', "a,b", ",", "__proto__", "\ud800", "Infinity", "\u0000");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      word,
      fc.constantFrom(0, -0, 1, 1.5, -1, 1e21, 1e-7, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      fc.constantFrom(null, true, false),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(word, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), (list) => {
      const found = repeatedIn(list);
      assert.equal(found === undefined, areUnique(list));
      // The first one, and the one that it is the same as.
      assert.equal(areUnique(list.slice(0, found?.at)), true);
      if (found !== undefined) assert.equal(areUnique([list[found.before], list[found.at]]), false);
    }),
    { numRuns: 5_000 },
  );
});

it("the order of members is nobody's difference", () => {
  assert.deepEqual(repeatedIn([JSON.parse('{"a":1,"b":{"c":[1.0],"d":null}}'), JSON.parse('{"b":{"d":null,"c":[1]},"a":1}')]), {
    at: 1,
    before: 0,
  });
  assert.equal(repeatedIn([JSON.parse('{"__proto__":1}'), {}, JSON.parse('{"__proto__":{}}')]), undefined);
});
