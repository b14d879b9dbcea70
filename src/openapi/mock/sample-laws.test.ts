import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../text/node.ts";
import { sample } from "./sample.ts";
import { type TestDocument, testDocument } from "./test-document.ts";

const names = ["A", "B", "C"] as const;
const reference = fc.constantFrom(...names, "None").map((name) => ({ $ref: `#/components/schemas/${name}` }));
const key = fc.constantFrom("a", "b", "kind", "__proto__", "constructor");

/** Schemas of every shape, wrong ones included, that refer to A, B and C. */
const { anySchema } = fc.letrec<{ anySchema: unknown }>((tie) => {
  const inner = tie("anySchema");
  const keywords = fc.record(
    {
      type: fc.oneof(
        fc.constantFrom("object", "array", "string", "integer", "number", "boolean", "null", "pet"),
        fc.constant(["null", "object"]),
      ),
      properties: fc.dictionary(key, inner, { maxKeys: 4 }),
      required: fc.array(key, { maxLength: 3 }),
      items: inner,
      additionalProperties: inner,
      patternProperties: fc.dictionary(fc.constantFrom("^x-", "[a-z]{3}", "(?=a)"), inner, { maxKeys: 1 }),
      allOf: fc.array(inner, { maxLength: 3 }),
      oneOf: fc.array(inner, { maxLength: 3 }),
      anyOf: fc.array(inner, { maxLength: 3 }),
      enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 2 }),
      example: fc.jsonValue({ maxDepth: 1 }),
      nullable: fc.boolean(),
      minItems: fc.constantFrom(0, 2, 1e9),
      minProperties: fc.constantFrom(0, 2, 1e9),
      minLength: fc.constantFrom(0, 9, 1e9),
      uniqueItems: fc.boolean(),
      minimum: fc.integer(),
      multipleOf: fc.oneof(fc.integer(), fc.double()),
      maximum: fc.double(),
      discriminator: fc.oneof(
        key,
        fc.record({ propertyName: key, mapping: fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom("A", "#/components/schemas/B")) }),
      ),
      format: fc.constantFrom("date", "email", "pet"),
    },
    { requiredKeys: [] },
  );
  return {
    anySchema: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      reference,
      fc.boolean(),
      fc.jsonValue({ maxDepth: 0 }),
      keywords,
      keywords,
      keywords,
    ),
  };
});

const anyDocument = fc
  .record({ schema: anySchema, A: anySchema, B: anySchema, C: anySchema })
  .map(({ schema, ...schemas }) => testDocument({ schema, components: { schemas } }));

const sampleIn = ({ at, follow }: TestDocument): unknown => sample(at("/schema"), follow);

describe("a sample of any schema, recursive ones included", () => {
  it("ends, is JSON of at most 64 KiB, and is the same twice", () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const text = JSON.stringify(sampleIn(document));
        assert.ok(Buffer.byteLength(text) <= 65_536, `${text.length} bytes`);
        assert.equal(JSON.stringify(sampleIn(document)), text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes a bounded time where every way is long and leads nowhere", () => {
    const step = (index: number): unknown => ({
      type: "object",
      required: ["l", "r"],
      properties: {
        l: { oneOf: [{ $ref: `#/components/schemas/S${index + 1}` }, { $ref: `#/components/schemas/S${index + 1}` }] },
        r: { $ref: "#/components/schemas/S0" },
      },
    });
    const schemas = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`S${index}`, step(index)]));
    const before = performance.now();
    assert.ok(
      JSON.stringify(sampleIn(testDocument({ schema: { $ref: "#/components/schemas/S0" }, components: { schemas } }))).length <= 65_536,
    );
    assert.ok(performance.now() - before < 2_000);
  });
});

/** Schemas without contradictions: every one has a value. */
const { saneSchema } = fc.letrec<{ saneSchema: Record<string, unknown> }>((tie) => {
  const inner = tie("saneSchema");
  const bounds = fc
    .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 12, max: 90 }))
    .map(([low, more]) => ({ minimum: low, maximum: low + more }));
  const numbers = fc
    .tuple(fc.constantFrom("integer", "number"), bounds, fc.constantFrom(1, 2, 5, 0.5, 0.1), fc.boolean(), fc.boolean())
    .map(([type, { minimum, maximum }, multipleOf, low, high]) => ({
      type,
      multipleOf,
      ...(low ? { exclusiveMinimum: minimum } : { minimum }),
      ...(high ? { exclusiveMaximum: maximum } : { maximum }),
    }));
  const texts = fc
    .tuple(fc.nat(20), fc.nat(20), fc.constantFrom({}, { format: "date" }, { format: "pet" }))
    .map(([minLength, more, format]) => ({ type: "string", minLength, maxLength: minLength + more, ...format }));
  const patterns = fc.constantFrom("^[A-Z]{2}\\d{3}$", "^a+b?$", "^(x|y)-\\w{2,}$").map((pattern) => ({ type: "string", pattern }));
  const lists = fc
    .tuple(inner, fc.nat(3), fc.nat(2))
    .map(([items, minItems, more]) => ({ type: "array", items, minItems, maxItems: minItems + more }));
  const unique = fc
    .integer({ min: 0, max: 4 })
    .map((minItems) => ({ type: "array", minItems, uniqueItems: true, items: { type: "integer", minimum: 3, maximum: 9 } }));
  const members = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), inner, { maxKeys: 4 });
  const object = fc.tuple(members, fc.boolean()).map(([properties, all]) => ({
    type: "object",
    properties,
    additionalProperties: false,
    ...(all ? { required: Object.keys(properties) } : {}),
  }));
  const maps = fc
    .tuple(inner, fc.nat(3))
    .map(([additionalProperties, minProperties]) => ({ type: "object", additionalProperties, minProperties }));
  const combined = fc.tuple(members, members).map(([left, right]) => ({
    allOf: [
      { type: "object", properties: prefixed("l", left), required: Object.keys(prefixed("l", left)) },
      { type: "object", properties: prefixed("r", right) },
    ],
  }));
  const choice = fc.tuple(inner, fc.constantFrom("oneOf", "anyOf")).map(([one, keyword]) => ({ [keyword]: [{ type: "null" }, one] }));
  const listed = fc
    .uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minLength: 1, maxLength: 3 })
    .map((values) => ({ enum: values }));
  const recursive = fc.constantFrom<Record<string, unknown>>({ $ref: "#/components/schemas/Tree" }, { $ref: "#/components/schemas/Link" });
  const leaves = [numbers, texts, patterns, unique, listed, recursive, fc.constant({ type: "boolean" })] as const;
  return { saneSchema: fc.oneof({ maxDepth: 3 }, fc.oneof(...leaves), lists, object, maps, combined, choice) };
});

const prefixed = (prefix: string, members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [`${prefix}${name}`, member]));

const recursiveSchemas = {
  Tree: {
    type: "object",
    required: ["children"],
    properties: { id: { type: "integer" }, children: { type: "array", items: { $ref: "#/components/schemas/Tree" } } },
  },
  Link: { type: "object", required: ["next"], properties: { next: { oneOf: [{ $ref: "#/components/schemas/Link" }, { type: "null" }] } } },
};

/** Whether a value is what the schema says, by the keywords that the sane schemas use; written from JSON Schema's text alone. */
function valid(value: unknown, schema: unknown): boolean {
  if (!isObject(schema)) return schema !== false;
  if (typeof schema.$ref === "string")
    return valid(value, Object.entries(recursiveSchemas).find(([name]) => String(schema.$ref).endsWith(`/${name}`))?.[1]);
  const every = (keyword: string, holds: (wanted: unknown) => boolean): boolean => schema[keyword] === undefined || holds(schema[keyword]);
  const list = (wanted: unknown): readonly unknown[] => (Array.isArray(wanted) ? wanted : []);
  const matching = (wanted: unknown): number => list(wanted).filter((one) => valid(value, one)).length;
  return (
    every("type", (type) => typeOf(value, type)) &&
    every("enum", (values) => list(values).includes(value)) &&
    every("allOf", (all) => matching(all) === list(all).length) &&
    every("anyOf", (any) => matching(any) > 0) &&
    every("oneOf", (one) => matching(one) === 1) &&
    (typeof value !== "number" || validNumber(value, every)) &&
    (typeof value !== "string" || validText(value, every)) &&
    (!Array.isArray(value) || validList(value, every)) &&
    (!isObject(value) || validObject(value, schema, every))
  );
}

type Every = (keyword: string, holds: (wanted: unknown) => boolean) => boolean;

function typeOf(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  return type === "object" ? isObject(value) : typeof value === type;
}

const validNumber = (value: number, every: Every): boolean =>
  every("minimum", (low) => value >= Number(low)) &&
  every("maximum", (high) => value <= Number(high)) &&
  every("exclusiveMinimum", (low) => value > Number(low)) &&
  every("exclusiveMaximum", (high) => value < Number(high)) &&
  every("multipleOf", (step) => Math.abs(value / Number(step) - Math.round(value / Number(step))) < 1e-9);

const validText = (value: string, every: Every): boolean =>
  every("minLength", (least) => value.length >= Number(least)) &&
  every("maxLength", (most) => value.length <= Number(most)) &&
  every("pattern", (pattern) => new RegExp(String(pattern), "u").test(value));

const validList = (value: readonly unknown[], every: Every): boolean =>
  every("items", (items) => value.every((element) => valid(element, items))) &&
  every("minItems", (least) => value.length >= Number(least)) &&
  every("maxItems", (most) => value.length <= Number(most)) &&
  every("uniqueItems", () => new Set(value.map((element) => JSON.stringify(element))).size === value.length);

function validObject(value: Readonly<Record<string, unknown>>, schema: Readonly<Record<string, unknown>>, every: Every): boolean {
  const properties = isObject(schema.properties) ? schema.properties : {};
  return (
    every("required", (names) => Array.isArray(names) && names.every((name) => Object.hasOwn(value, name))) &&
    every("minProperties", (least) => Object.keys(value).length >= Number(least)) &&
    Object.entries(value).every(([name, member]) =>
      valid(member, Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties),
    )
  );
}

describe("a sample of a schema without contradictions", () => {
  it("is what the schema says", () => {
    fc.assert(
      fc.property(saneSchema, (schema) => {
        const value = sampleIn(testDocument({ schema, components: { schemas: recursiveSchemas } }));
        assert.ok(valid(value, schema), `${JSON.stringify(value)} is not valid for ${JSON.stringify(schema)}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is checked by a check that refuses what is wrong", () => {
    assert.ok(!valid({ a: 1 }, { type: "object", properties: { a: { type: "string" } } }));
    assert.ok(!valid([1, 1], { type: "array", uniqueItems: true }));
    assert.ok(!valid({ next: 1 }, { $ref: "#/components/schemas/Link" }));
  });
});
