import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { narrowings } from "./narrowing.ts";

const tree = (leaf: string): object => ({
  oneOf: [{ type: leaf }, { type: "object", properties: { left: { $ref: "#/$defs/Tree" }, right: { $ref: "#/$defs/Tree" } } }],
});
const schemas = {
  Tree: tree("string"),
  Pet: { type: "object", properties: { name: { type: "string" }, friend: { $ref: "#/$defs/Pet" } }, required: ["name"] },
};
const lost = (from: unknown, to: unknown, ignored = false): readonly string[] =>
  narrowings({ schemas, schema: from }, { schemas, schema: to }, ignored).map(({ at, kind, of }) =>
    [at, kind, of].filter(Boolean).join(" "),
  );

describe("what a schema takes less than another", () => {
  const cases: readonly (readonly [from: unknown, to: unknown, ...lost: string[]])[] = [
    [{ type: "integer" }, { type: "number" }],
    [{ type: "number" }, { type: "integer" }, "# type number"],
    [{ type: ["string", "null"] }, { type: "string" }, "# type null"],
    [true, { type: "string" }, ...["number", "boolean", "object", "array", "null"].map((type) => `# type ${type}`)],
    [{ type: "string" }, { type: "string", maxLength: 5 }, "# bound of at most 5 characters"],
    [
      { type: "string", maxLength: 4 },
      { type: "string", maxLength: 5 },
    ],
    [
      { type: "string", minLength: 0 },
      { type: "string", minLength: 0 },
    ],
    [{ type: "integer", minimum: 1 }, { type: "integer", minimum: 2 }, "# bound at least 2"],
    [
      { type: "integer", multipleOf: 10 },
      { type: "integer", multipleOf: 5 },
    ],
    [{ type: "string" }, { type: "string", pattern: "^a" }, "# bound of the pattern ^a"],
    [{ enum: ["a", "b"] }, { enum: ["a", "b", "c"] }],
    [{ enum: ["a", "b"] }, { enum: ["a"] }, '# value "b"'],
    [{ type: "string" }, { type: "string", enum: ["a", "b"] }, '# values "a", "b"'],
    [{ const: "a" }, { enum: ["a", "b"] }],
    [{ type: "array", items: { type: "string" } }, { type: "array", items: { type: "integer" } }, "#/* type string"],
    [{ $ref: "#/$defs/Pet" }, { $ref: "#/$defs/Pet" }],
    [{ $ref: "#/$defs/Pet" }, { allOf: [{ $ref: "#/$defs/Pet" }, { required: ["age"] }] }, "#/age required"],
    [{ type: "object" }, { type: "object", properties: { a: { type: "string" } } }],
    [{ type: "object" }, { type: "object", additionalProperties: false }, "# closed"],
    [
      { type: "object", properties: { a: {} }, additionalProperties: false },
      { type: "object", properties: {}, additionalProperties: false },
      "#/a member",
    ],
    [
      { type: "object", additionalProperties: { type: "string" } },
      { type: "object", additionalProperties: { type: "integer" } },
      "#/* type string",
    ],
    [{ oneOf: [{ type: "string" }, { type: "integer" }] }, { type: ["string", "integer", "boolean"] }],
    [{ oneOf: [{ type: "string" }, { type: "integer" }] }, { type: "string" }, "# choice"],
    [{ type: "string" }, { anyOf: [{ type: "string" }, { type: "null" }] }],
  ];
  for (const [from, to, ...expected] of cases)
    it(`${JSON.stringify(from)} and ${JSON.stringify(to)}`, () => assert.deepEqual(lost(from, to), expected));

  it("is nothing of members that nobody names, where these are ignored", () => {
    const closed = { type: "object", properties: {}, additionalProperties: false };
    assert.deepEqual(lost({ type: "object", properties: { a: {} } }, closed, true), []);
  });

  it("is found of forms that have themselves in them", () => {
    assert.deepEqual(lost({ $ref: "#/$defs/Tree" }, { $ref: "#/$defs/Tree" }), []);
    const found = narrowings(
      { schemas, schema: { $ref: "#/$defs/Tree" } },
      { schemas: { Tree: tree("integer") }, schema: { $ref: "#/$defs/Tree" } },
      false,
    );
    assert.deepEqual(found, [{ at: "#", kind: "choice", of: "" }]);
  });

  it("is nothing of itself, whatever it is, and is found in bounded time", () => {
    const name = fc.constantFrom("a", "b", "__proto__");
    const { any } = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.boolean(),
        fc.constantFrom({ $ref: "#/$defs/Pet" }, { $ref: "#/$defs/Tree" }),
        fc.record(
          {
            type: fc.constantFrom("string", "object", "array", ["integer", "null"]),
            enum: fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 }),
            minimum: fc.integer(),
            maxLength: fc.nat(),
            properties: fc.dictionary(name, tie("any"), { maxKeys: 2 }),
            required: fc.uniqueArray(name, { maxLength: 2 }),
            additionalProperties: tie("any"),
            items: tie("any"),
            allOf: fc.array(tie("any"), { maxLength: 2 }),
            oneOf: fc.array(tie("any"), { minLength: 1, maxLength: 2 }),
          },
          { requiredKeys: [] },
        ),
      ),
    }));
    fc.assert(
      fc.property(any, any, (one, other) => {
        assert.deepEqual(lost(one, one), []);
        assert.ok(lost(one, other).length <= 20);
      }),
      { numRuns: 500 },
    );
  });
});
