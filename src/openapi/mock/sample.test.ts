import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sample } from "./sample.ts";
import { testDocument } from "./test-document.ts";

/** The sample of a schema that may refer to these components. */
function sampleOf(
  schema: unknown,
  schemas: Readonly<Record<string, unknown>> = {},
  others: Readonly<Record<string, unknown>> = {},
): unknown {
  const { at, follow } = testDocument({ schema, components: { schemas } }, others);
  return sample(at("/schema"), follow);
}

/** A sentence, a schema, its sample, and the components that it refers to. */
type Row = readonly [sentence: string, schema: unknown, expected: unknown, schemas?: Readonly<Record<string, unknown>>];

function table(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    for (const [sentence, schema, expected, schemas] of rows) it(sentence, () => assert.deepEqual(sampleOf(schema, schemas), expected));
  });
}

table("what a schema gives itself is taken before anything is made", [
  ["its example", { type: "string", example: "Rex", default: "no", enum: ["no"] }, "Rex"],
  ["the first of its examples", { type: "string", examples: ["Rex", "Bello"], default: "no" }, "Rex"],
  ["its default", { type: "string", default: "Rex", enum: ["no", "Rex"] }, "Rex"],
  ["its const", { const: 7 }, 7],
  ["the first value of its enum", { type: "string", enum: ["b", "a"] }, "b"],
  ["a value of its enum that is not null, where there is one", { type: ["string", "null"], enum: [null, "a"] }, "a"],
  ["an example of another type is taken at its word", { type: "integer", example: "1" }, "1"],
  ["an empty example is none where null is not allowed", { type: "string", example: null }, "string"],
  ["an example null is one where null is allowed", { type: "string", nullable: true, example: null }, null],
  ["a default of another type is none", { type: "string", default: 5 }, "string"],
  ["a default that shows nothing is none", { type: "object", default: {}, properties: { a: { type: "boolean" } } }, { a: true }],
]);

table("types", [
  ["a text", { type: "string" }, "string"],
  ["a whole number", { type: "integer" }, 1],
  ["a number", { type: "number" }, 1],
  ["a boolean", { type: "boolean" }, true],
  ["null", { type: "null" }, null],
  ["a file of version 2.0 is a text", { type: "file" }, "string"],
  ["the first of several types that is not null", { type: ["null", "integer"] }, 1],
  ["a type that is not written is told by other keywords", { minimum: 3 }, 3],
  ["of several types the one that other keywords speak of", { type: ["string", "object"], properties: { a: { const: 1 } } }, { a: 1 }],
  ["anything is an empty object", {}, {}],
  ["the schema true is anything", true, {}],
  ["a reference to nothing is anything", { $ref: "#/components/schemas/None" }, {}],
]);

table("formats", [
  ["date-time", { type: "string", format: "date-time" }, "2024-01-15T09:30:00Z"],
  ["date", { type: "string", format: "date" }, "2024-01-15"],
  ["uuid", { type: "string", format: "uuid" }, "3fa85f64-5717-4562-b3fc-000000000001"],
  ["email", { type: "string", format: "email" }, "user@example.com"],
  ["uri", { type: "string", format: "uri" }, "https://example.com/"],
  ["ipv4", { type: "string", format: "ipv4" }, "192.0.2.1"],
  ["ipv6", { type: "string", format: "ipv6" }, "2001:db8::1"],
  ["hostname", { type: "string", format: "hostname" }, "host.example.com"],
  ["byte is base64", { type: "string", format: "byte" }, "c3RyaW5n"],
  ["binary is a plain text", { type: "string", format: "binary" }, "string"],
  ["a format that nobody knows is a plain text", { type: "string", format: "pet-name" }, "string"],
  ["a format whose text is too long gives way to the length", { type: "string", format: "email", maxLength: 3 }, "str"],
]);

table("texts are as long as they must be", [
  ["at least", { type: "string", minLength: 8 }, "stringst"],
  ["at most", { type: "string", maxLength: 2 }, "st"],
  ["empty when nothing else may be", { type: "string", maxLength: 0 }, ""],
]);

table("numbers lie within their bounds", [
  ["at least", { type: "integer", minimum: 10 }, 10],
  ["above (3.1)", { type: "integer", exclusiveMinimum: 10 }, 11],
  ["above (3.0)", { type: "integer", minimum: 10, exclusiveMinimum: true }, 11],
  ["at most", { type: "integer", maximum: -3 }, -3],
  ["below (3.1)", { type: "integer", exclusiveMaximum: 0 }, -1],
  ["below (3.0)", { type: "integer", maximum: 0, exclusiveMaximum: true }, -1],
  ["between", { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
  ["a multiple", { type: "integer", multipleOf: 7, minimum: 8 }, 14],
  ["a multiple of a fraction", { type: "number", multipleOf: 0.1, minimum: 0.25, maximum: 0.35 }, 0.3],
  ["a whole multiple of a fraction", { type: "integer", multipleOf: 1.5 }, 3],
  ["0 when only 0 may be", { type: "integer", minimum: 0, maximum: 0 }, 0],
]);

table("lists", [
  ["have one element", { type: "array", items: { type: "integer" } }, [1]],
  ["have as many as they must", { type: "array", items: { type: "integer" }, minItems: 2 }, [1, 1]],
  ["have different ones where they must differ", { type: "array", items: { type: "integer" }, minItems: 3, uniqueItems: true }, [1, 2, 3]],
  [
    "take the next values of an enum where they must differ",
    { type: "array", items: { enum: ["a", "b"] }, minItems: 2, uniqueItems: true },
    ["a", "b"],
  ],
  ["are empty when nothing may be in them", { type: "array", items: { type: "integer" }, maxItems: 0 }, []],
  ["are empty when nothing is said of what is in them", { type: "array" }, []],
  [
    "begin with what their places say",
    { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false },
    ["string", 1],
  ],
]);

table("objects", [
  [
    "have their members in the document's order, written-only ones left out and read-only ones kept",
    {
      type: "object",
      required: ["password"],
      properties: { id: { type: "integer", readOnly: true }, password: { type: "string", writeOnly: true }, name: { type: "string" } },
    },
    { id: 1, name: "string" },
  ],
  ["have a member that is required but not described", { type: "object", required: ["x"] }, { x: {} }],
  ["leave out a member that cannot be", { properties: { a: false, b: { type: "string" } } }, { b: "string" }],
  [
    "have one member where only the members' schema is told",
    { type: "object", additionalProperties: { type: "integer" } },
    { property1: 1 },
  ],
  ["have as many members as they must", { additionalProperties: { type: "integer" }, minProperties: 2 }, { property1: 1, property2: 1 }],
  ["have no more members than they may", { maxProperties: 1, required: ["b"], properties: { a: {}, b: { const: 2 } } }, { b: 2 }],
  ["name members as their patterns say", { type: "object", patternProperties: { "^x-[a-z]+$": { type: "integer" } } }, { "x-a": 1 }],
  ["name members as propertyNames says", { propertyNames: { enum: ["en"] }, additionalProperties: { type: "string" } }, { en: "string" }],
  ["have a member called __proto__ like any other", JSON.parse('{"properties":{"__proto__":{"const":1}}}'), JSON.parse('{"__proto__":1}')],
]);

const pets = {
  Pet: { type: "object", required: ["kind"], properties: { kind: { type: "string" } }, discriminator: { propertyName: "kind" } },
  Dog: { allOf: [{ $ref: "#/components/schemas/Pet" }, { properties: { barks: { type: "boolean" } } }] },
  Cat: { allOf: [{ $ref: "#/components/schemas/Pet" }, { properties: { lives: { const: 9 } } }] },
};

table("combined schemas", [
  [
    "allOf holds together, and the tightest bounds count",
    {
      allOf: [
        { properties: { a: { type: "number", minimum: 3 } } },
        { required: ["a"], properties: { a: { type: "integer", minimum: 5 } } },
      ],
    },
    { a: 5 },
  ],
  [
    "allOf around one schema is that schema",
    { allOf: [{ $ref: "#/components/schemas/Name" }], description: "its" },
    "Rex",
    { Name: { example: "Rex" } },
  ],
  [
    "the example of a combined schema fills its own members only",
    { allOf: [{ example: { a: "Rex" }, properties: { a: { type: "string" } } }, { properties: { b: { const: 2 } } }] },
    { a: "Rex", b: 2 },
  ],
  ["oneOf is its first alternative", { oneOf: [{ type: "string" }, { type: "integer" }] }, "string"],
  [
    "anyOf adds to what stands beside it",
    { properties: { a: { const: 1 } }, anyOf: [{ required: ["b"] }, { required: ["a"] }] },
    { b: {}, a: 1 },
  ],
  ["an alternative that cannot be is passed over", { oneOf: [false, { type: "integer" }] }, 1],
  ["an alternative of another type is passed over", { type: "integer", anyOf: [{ type: "string" }, { minimum: 4 }] }, 4],
  ["null is the last alternative", { anyOf: [{ type: "null" }, { type: "integer" }] }, 1],
  ["the siblings of a reference count", { $ref: "#/components/schemas/Name", example: "Rex" }, "Rex", { Name: { type: "string" } }],
]);

table("a discriminator names the schema", [
  ["by its component", { $ref: "#/components/schemas/Dog" }, { barks: true, kind: "Dog" }, pets],
  [
    "by its component among alternatives",
    { oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }], discriminator: { propertyName: "kind" } },
    { lives: 9, kind: "Cat" },
    pets,
  ],
  [
    "by the mapping, which offers the alternatives where nothing else does",
    { $ref: "#/components/schemas/Base" },
    { meows: true, kind: "cat" },
    {
      Base: {
        required: ["kind"],
        properties: { kind: { type: "string" } },
        discriminator: { propertyName: "kind", mapping: { cat: "Tom" } },
      },
      Tom: { allOf: [{ $ref: "#/components/schemas/Base" }, { properties: { meows: { type: "boolean" } } }] },
    },
  ],
  ["but not against the property's own enum", { properties: { kind: { enum: ["x"] } }, discriminator: "kind" }, { kind: "x" }],
]);

const node = { type: "object", required: ["id"], properties: { id: { type: "integer" }, next: { $ref: "#/components/schemas/Node" } } };

table("a schema that holds itself ends", [
  ["at an optional member, which is left out", { $ref: "#/components/schemas/Node" }, { id: 1 }, { Node: node }],
  [
    "at a list, which is empty",
    { $ref: "#/components/schemas/Node" },
    { children: [] },
    { Node: { type: "object", properties: { children: { type: "array", items: { $ref: "#/components/schemas/Node" } } } } },
  ],
  [
    "at null, where null is allowed",
    { $ref: "#/components/schemas/Node" },
    { next: null },
    {
      Node: {
        type: "object",
        required: ["next"],
        properties: { next: { nullable: true, allOf: [{ $ref: "#/components/schemas/Node" }] } },
      },
    },
  ],
  [
    "at another alternative",
    { $ref: "#/components/schemas/Node" },
    { next: 1 },
    { Node: { required: ["next"], properties: { next: { oneOf: [{ $ref: "#/components/schemas/Node" }, { type: "integer" }] } } } },
  ],
  [
    "at another alternative, when the first holds it further inside",
    { $ref: "#/components/schemas/Node" },
    { next: 1 },
    {
      Node: {
        type: "object",
        required: ["next"],
        properties: {
          next: {
            oneOf: [{ type: "object", required: ["of"], properties: { of: { $ref: "#/components/schemas/Node" } } }, { type: "integer" }],
          },
        },
      },
    },
  ],
  [
    "at an empty object, where there is no other way",
    { $ref: "#/components/schemas/Node" },
    { next: {} },
    { Node: { type: "object", required: ["next"], properties: { next: { $ref: "#/components/schemas/Node" } } } },
  ],
  ["when it is only its own alternative", { $ref: "#/components/schemas/A" }, {}, { A: { oneOf: [{ $ref: "#/components/schemas/A" }] } }],
  [
    "when a base is used again inside, which is not recursion",
    { $ref: "#/components/schemas/Page" },
    { id: 1, of: { id: 1 } },
    {
      Base: { type: "object", properties: { id: { type: "integer" } } },
      Page: { allOf: [{ $ref: "#/components/schemas/Base" }, { properties: { of: { $ref: "#/components/schemas/Entry" } } }] },
      Entry: { allOf: [{ $ref: "#/components/schemas/Base" }, { description: "an entry" }] },
    },
  ],
]);

describe("references into other files", () => {
  it("are followed, and from there on relative to that file", () => {
    const others = {
      "pets/pet.yaml": { Pet: { properties: { tag: { $ref: "tag.yaml#/Tag" } } } },
      "pets/tag.yaml": { Tag: { const: "t" } },
    };
    assert.deepEqual(sampleOf({ $ref: "pets/pet.yaml#/Pet" }, {}, others), { tag: "t" });
  });
});

describe("the size of a sample", () => {
  const many = (count: number, member: unknown): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`member${index}`, member]));

  it("stays near 2 kB where members may be left out", () => {
    const size = JSON.stringify(sampleOf({ properties: many(5_000, { type: "string" }) })).length;
    assert.ok(size > 1_500 && size < 2_200, `${size} bytes`);
  });

  it("leaves room for the later members when the first is large", () => {
    const value = sampleOf({ properties: { large: { properties: many(5_000, { type: "string" }) }, last: { const: 1 } } });
    assert.match(JSON.stringify(value), /"last":1/);
  });

  it("stays within 64 KiB where everything is required", () => {
    const properties = many(20_000, { type: "string" });
    const size = JSON.stringify(sampleOf({ required: Object.keys(properties), properties })).length;
    assert.ok(size <= 65_536, `${size} bytes`);
  });

  it("is not what minItems, minLength or minProperties ask for when that is beyond all measure", () => {
    const schema = {
      type: "object",
      minProperties: 1e9,
      required: ["list", "text"],
      properties: { list: { type: "array", minItems: 1e9, items: { type: "integer" } }, text: { type: "string", minLength: 1e9 } },
    };
    assert.ok(JSON.stringify(sampleOf(schema)).length <= 65_536);
  });

  it("does not include an example beyond the bound", () => {
    assert.equal(sampleOf({ type: "string", example: "x".repeat(70_000) }), "string");
  });
});
