import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { discoveryFile } from "./json.ts";

const surrogate = fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code));
const text = fc
  .array(fc.oneof(fc.string({ unit: "grapheme" }), surrogate, fc.constantFrom("\\", "\\u", '"', "d800")))
  .map((parts) => parts.join(""));

it("a file of Envoy's has no half of a pair of UTF-16, and is otherwise what was given", () => {
  fc.assert(
    fc.property(text, (value) => {
      const read: unknown = JSON.parse(discoveryFile("type", [{ value, [value]: 1 }]));
      const expected = value.toWellFormed();
      assert.deepEqual(read, {
        ...Object(read),
        resources: [{ "@type": "type.googleapis.com/type", value: expected, ...{ [expected]: 1 } }],
      });
    }),
  );
});
