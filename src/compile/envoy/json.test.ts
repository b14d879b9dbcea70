import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { discoveryFile } from "./json.ts";

const surrogate = fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code));
const text = fc
  .array(fc.oneof(fc.string({ unit: "grapheme" }), surrogate, fc.constantFrom("\\", "\\u", '"', "d800")))
  .map((parts) => parts.join(""));

// Keys are only an example's: V8 14 takes the key of an earlier object of the same shape where both begin with escaped backslashes.
it("a file of Envoy's has no half of a pair of UTF-16, and is otherwise what was given", () => {
  const resource = (message: object) => ({ "@type": "type.googleapis.com/type", ...message });
  const read = (message: Readonly<Record<string, string>>) => JSON.parse(discoveryFile("type", [message])).resources;
  fc.assert(fc.property(text, (value) => assert.deepEqual(read({ value }), [resource({ value: value.toWellFormed() })])));
  assert.deepEqual(read({ "a\ud800": "b" }), [resource({ "a\ufffd": "b" })]);
});
