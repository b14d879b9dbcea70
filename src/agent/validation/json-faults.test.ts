import assert from "node:assert/strict";
import { it } from "node:test";
import { assert as holds, jsonValue, property, string, tuple } from "fast-check";
import { jsonFault } from "./json-faults.ts";

it("finds a member that an object names twice, however it is written", () => {
  for (const text of [
    '{"a":1,"a":1}',
    '[{"b":{"a":1, "c":[{}], "a":2}}]',
    '{"a":1,"\\u0061":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
  ])
    assert.equal(jsonFault(text), "duplicate", text);
  for (const text of [
    '{"a":{"a":1},"b":["a","a"]}',
    '{"a":"\\"a\\":1,","b":"{"}',
    '["a","a"]',
    '"{a"',
    "1",
    '{"a":[],"b":{},"c":"a"}',
    '[{"a":1},{"a":1}]',
  ])
    assert.equal(jsonFault(text), undefined, text);
});

it("finds none in what JSON writes, and one where a member is written once more", () => {
  holds(
    property(jsonValue(), (value) => {
      for (const space of [0, 2]) assert.equal(jsonFault(JSON.stringify(value, null, space)), undefined);
    }),
  );
  holds(
    property(tuple(string(), jsonValue(), jsonValue()), ([name, value, other]) => {
      const member = (one: unknown): string => `${JSON.stringify(name)}:${JSON.stringify(one)}`;
      assert.equal(jsonFault(`[{${member(value)},${member(other)}}]`), "duplicate");
    }),
  );
});

it("finds what is nested deeper than anybody writes", () => {
  const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}${"]}".repeat(depth / 2)}`;
  assert.deepEqual([jsonFault(nested(500)), jsonFault(nested(502)), jsonFault(`[${nested(500)}]`)], [undefined, "depth", "depth"]);
});

it("takes a time that grows with the text alone", { timeout: 10_000 }, () => {
  assert.equal(jsonFault(`${"[{},".repeat(400)}"${"\\\\".repeat(500_000)}"${"]".repeat(400)}`), undefined);
  assert.equal(jsonFault(`${"[".repeat(500_000)}${"]".repeat(500_000)}`), "depth");
});
