import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { array, constantFrom, dictionary, assert as holds, jsonValue, letrec, oneof, property } from "fast-check";
import { faultsOf, testValidators } from "../../../testing/validators.ts";
import { responseVerdict } from "../../agent/validation/response.ts";
import { validatorsIn } from "../../agent/validation/validators.ts";

const choice = {
  anyOf: [
    { properties: { a: {} }, required: ["a"] },
    { properties: { b: {} }, required: ["b"] },
  ],
};

/** What holds bodies of an operation against a schema, whose name is S. */
const bodiesOf = (schema: unknown, openapi = "3.1.0") =>
  testValidators({
    openapi,
    info: { title: "Schemas", version: "1" },
    components: { schemas: { S: schema, N: { type: "integer" }, Odd: { anyOf: [{ pattern: "(?=a)" }] }, Choice: choice } },
    paths: {
      "/a": {
        post: {
          operationId: "a",
          requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/S" } } } },
          responses: {},
        },
      },
    },
  });

const json = { "content-type": "application/json" };

/** Schemas with one keyword whose value is none of its own, and a body that is right nevertheless. */
const sloppy: readonly (readonly [schema: object, body: unknown, keyword: string, openapi?: string])[] = [
  [{ maximum: "100" }, 101, "maximum"],
  [{ maximum: null }, 101, "maximum"],
  [{ minLength: -1 }, "", "minLength"],
  [{ maxItems: 1.5 }, [1, 2], "maxItems"],
  [{ multipleOf: 0 }, 3, "multipleOf"],
  [{ type: "int" }, "x", "type"],
  [{ type: null }, 1, "type"],
  [{ type: [] }, 1, "type"],
  [{ type: ["string", "int"] }, 1, "type"],
  [{ type: "file" }, 1, "type"],
  [{ type: "file" }, 1, "type", "3.0.3"],
  [{ enum: "a" }, "b", "enum"],
  [{ enum: [] }, "b", "enum"],
  [{ uniqueItems: "true" }, [1, 1], "uniqueItems"],
  [{ exclusiveMinimum: true, minimum: 1 }, 1, "exclusiveMinimum"],
  [{ exclusiveMinimum: 1 }, 1, "exclusiveMinimum", "3.0.3"],
  [{ required: "a" }, {}, "required"],
  [{ required: true }, {}, "required", "3.0.3"],
  [{ required: ["a", 1] }, {}, "required"],
  [{ dependentRequired: { a: "b" } }, { a: 1 }, "dependentRequired"],
  [{ properties: ["a"] }, {}, "properties"],
  [{ additionalProperties: "false" }, { a: 1 }, "additionalProperties"],
  [{ not: "x" }, 1, "not"],
  [{ if: null, else: false }, 1, "if"],
  [{ contains: "x" }, [], "contains"],
  [{ oneOf: [{ type: "string" }, null] }, "x", "oneOf"],
  [{ anyOf: {} }, 1, "anyOf"],
  [{ items: "string" }, [1], "items"],
  [{ pattern: 7 }, "x", "pattern"],
  [{ format: {} }, "x", "format"],
  [{ $ref: 7 }, "x", "$ref"],
];

describe("schemas of a document", () => {
  for (const [schema, body, keyword, openapi] of sloppy)
    it(`leave out a keyword whose value is none, and say so: ${JSON.stringify(schema)} ${openapi ?? ""}`, async () => {
      const { verdictOf, problems } = bodiesOf(schema, openapi);
      assert.equal((await verdictOf("a", "/a", json, JSON.stringify(body))).kind, "right");
      const said = problems.filter(({ where }) => where.pointer === `/components/schemas/S/${keyword}`);
      assert.ok(said[0]?.message.includes(`\`${keyword}\` is not `), JSON.stringify(problems));
    });

  it("that are none mean anything, which is said", async () => {
    const { verdictOf, problems } = bodiesOf({ properties: { a: "string", b: null } });
    assert.equal((await verdictOf("a", "/a", json, '{"a": 1, "b": 2}')).kind, "right");
    const said = problems.filter(({ message }) => message.includes("it is no schema")).map(({ where }) => where.pointer);
    assert.deepEqual(said, ["/components/schemas/S/properties/a", "/components/schemas/S/properties/b"]);
  });

  for (const openapi of ["3.0.3", "3.1.0"])
    it(`ask for no member that another one hides, behind references of OpenAPI ${openapi}`, async () => {
      const pet = { allOf: [{ $ref: "#/components/schemas/Base" }, { $ref: "#/components/schemas/Outer" }] };
      const content = { "application/json": { schema: { $ref: "#/components/schemas/Pet" } } };
      const { verdictOf, text } = testValidators({
        openapi,
        "x-portico": { validation: { request: "enforce", response: "enforce" } },
        info: { title: "Hidden", version: "1" },
        components: {
          schemas: {
            Pet: pet,
            Base: { properties: { id: { type: "integer", readOnly: true }, secret: { type: "string", writeOnly: true } } },
            Outer: { allOf: [{ $ref: "#/components/schemas/Req" }] },
            Req: { required: ["id", "secret", "name"] },
            Alone: { allOf: [{ $ref: "#/components/schemas/Req" }] },
          },
        },
        paths: {
          "/a": { post: { operationId: "a", requestBody: { content }, responses: { "200": { description: "A pet", content } } } },
          "/b": {
            post: {
              operationId: "b",
              requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Alone" } } } },
              responses: { "200": { description: "Nothing" } },
            },
          },
        },
      });
      assert.deepEqual(faultsOf(await verdictOf("a", "/a", json, '{"name": "rex", "secret": "s"}')), []);
      assert.deepEqual(faultsOf(await verdictOf("a", "/a", json, '{"id": 1}')), [
        "body #/id: false schema",
        "body #/secret: required",
        "body #/name: required",
      ]);
      assert.deepEqual(faultsOf(await verdictOf("b", "/b", json, '{"name": "rex", "secret": "s"}')), ["body #/id: required"]);
      const answered = async (body: string) =>
        responseVerdict(validatorsIn(text), "a", { method: "POST", status: 200, headers: json, body: Buffer.from(body) });
      assert.equal((await answered('{"name": "rex", "id": 1}'))?.kind, "right");
      assert.equal((await answered('{"name": "rex"}'))?.kind, "wrong");
    });

  it("leave out what would make right values wrong by a pattern that is not asked for", async () => {
    const odd = { type: "string", pattern: "(?=a)" };
    const rows: readonly (readonly [schema: object, right: unknown, left: string, stillWrong?: unknown])[] = [
      [{ not: odd }, "b", "/not"],
      [{ oneOf: [odd, { type: "string" }] }, "b", "/oneOf"],
      [{ if: odd, else: false }, "bcd", "/if"],
      [
        { properties: { n: { not: { anyOf: [{ required: ["a"] }, { properties: { a: odd } }] } } } },
        { n: { a: "b" } },
        "/properties/n/not",
      ],
      [{ allOf: [{ oneOf: [{ properties: { a: odd } }, {}] }], unevaluatedProperties: false }, { a: "b" }, "/unevaluatedProperties"],
      [{ allOf: [{ patternProperties: { "(?=a)": {} } }], unevaluatedProperties: false }, { a: "b" }, "/unevaluatedProperties"],
      [{ anyOf: [odd, { type: "integer" }], not: { type: "string", maxLength: 1 } }, "bc", "/anyOf/0/pattern", "b"],
      [{ not: { maximum: "3" } }, 4, "/not"],
      [{ not: { $ref: "#/components/schemas/Odd" } }, "b", "/not"],
    ];
    for (const [schema, right, left, wrong] of rows) {
      const { verdictOf, problems } = bodiesOf(schema);
      const kindOf = async (body: unknown) => (await verdictOf("a", "/a", json, JSON.stringify(body))).kind;
      assert.equal(await kindOf(right), "right", JSON.stringify(schema));
      if (wrong !== undefined) assert.equal(await kindOf(wrong), "wrong", JSON.stringify(schema));
      assert.ok(
        problems.some(({ where }) => where.pointer === `/components/schemas/S${left}`),
        JSON.stringify(problems),
      );
    }
  });

  it("that know all members know none for being one of every object of JavaScript", async () => {
    const a = { properties: { a: {} }, required: ["a"] };
    const b = { properties: { b: {} }, required: ["b"] };
    for (const schema of [
      {},
      { properties: { a: {} } },
      { anyOf: [a, b] },
      { oneOf: [a, b] },
      { allOf: [{ anyOf: [a, b] }, { anyOf: [a, {}] }] },
      { if: b, else: a },
      { patternProperties: { "^a": {} } },
      { anyOf: [{ patternProperties: { "^a": {} } }, b] },
      { dependentSchemas: { a: { properties: { a: {} } } } },
      { anyOf: [a, { $ref: "#/components/schemas/Choice" }] },
      { allOf: [{ $ref: "#/components/schemas/Choice" }] },
      { $ref: "#/components/schemas/Choice" },
      { anyOf: [{ unevaluatedProperties: { type: "string" }, anyOf: [a, b] }, b] },
    ])
      for (const name of ["__proto__", "constructor", "toString", "zz"]) {
        const { verdictOf } = bodiesOf({ ...schema, unevaluatedProperties: false });
        const kindOf = async (body: string) => (await verdictOf("a", "/a", json, body)).kind;
        const isOpen = Object.keys(schema).length === 0;
        assert.equal(await kindOf(isOpen ? "{}" : '{"a": "x"}'), "right", JSON.stringify(schema));
        assert.equal(await kindOf(`{"a": "x", ${JSON.stringify(name)}: {"admin": true}}`), "wrong", `${name} ${JSON.stringify(schema)}`);
      }
  });

  it("that know a member of such a name by choice take it", async () => {
    const { verdictOf } = bodiesOf({
      anyOf: [{ properties: { constructor: { type: "string" } }, required: ["constructor"] }, { patternProperties: { "^__": {} } }],
      unevaluatedProperties: false,
    });
    for (const body of ['{"constructor": "x"}', '{"__other__": 1}']) assert.equal((await verdictOf("a", "/a", json, body)).kind, "right");
  });

  for (const openapi of ["3.0.3", "3.1.0"])
    it(`that come back to themselves for the same value are held against without the choice that does, which is said: OpenAPI ${openapi}`, async () => {
      const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });
      const bodyOf = (schema: object) => ({
        post: { operationId: JSON.stringify(schema), requestBody: { content: { "application/json": { schema } } }, responses: {} },
      });
      const kind = { type: "object", required: ["kind"], properties: { kind: { type: "string" } } };
      const { verdictOf, problems } = testValidators({
        openapi,
        info: { title: "Circles", version: "1" },
        components: {
          schemas: {
            Animal: { oneOf: [refTo("Pet")], properties: { legs: { type: "integer" } } },
            Pet: { ...kind, oneOf: [refTo("Cat"), refTo("Dog")], allOf: [refTo("Animal")], discriminator: { propertyName: "kind" } },
            Cat: { allOf: [refTo("Pet"), { properties: { claws: { type: "integer" } } }] },
            Dog: { allOf: [refTo("Pet"), { properties: { tail: { type: "integer" } } }] },
            Perhaps: { ...kind, nullable: true, anyOf: [{ allOf: [refTo("Perhaps")] }] },
            Same: { allOf: [refTo("Same"), { required: ["kind"] }] },
            Never: { not: refTo("Never"), required: ["kind"] },
            Tree: { ...kind, properties: { next: refTo("Tree") } },
          },
        },
        paths: Object.fromEntries(
          ["Animal", "Pet", "Cat", "Perhaps", "Same", "Never", "Tree"].map((name) => [`/${name}`, bodyOf(refTo(name))]),
        ),
      });
      const faults = async (name: string, body: string) => faultsOf(await verdictOf(JSON.stringify(refTo(name)), `/${name}`, json, body));
      assert.deepEqual(await faults("Cat", '{"kind": "Cat", "claws": 1, "legs": 4}'), []);
      assert.deepEqual((await faults("Cat", '{"claws": "x", "legs": "x"}')).toSorted(), [
        "body #/claws: type",
        "body #/kind: required",
        "body #/legs: type",
      ]);
      assert.deepEqual(await faults("Animal", '{"legs": "x"}'), ["body #/legs: type"]);
      for (const name of ["Pet", "Perhaps", "Same", "Never"]) {
        assert.deepEqual(await faults(name, '{"kind": "x"}'), []);
        assert.ok((await faults(name, "{}")).includes("body #/kind: required"), name);
      }
      assert.deepEqual(await faults("Tree", '{"kind": "x", "next": {"kind": "x", "next": {}}}'), ["body #/next/next/kind: required"]);
      const said = problems.filter(({ message }) => message.includes("leads back")).map(({ where }) => where.pointer);
      assert.deepEqual(said.toSorted(), [
        "/components/schemas/Animal/oneOf",
        "/components/schemas/Never/not",
        "/components/schemas/Perhaps/anyOf",
        "/components/schemas/Pet/oneOf",
        "/components/schemas/Same/allOf/0/$ref",
      ]);
    });

  it("say what is left out of one that may be null, too", () => {
    const { problems } = bodiesOf({ not: { pattern: "(?=a)" }, nullable: true }, "3.0.3");
    const said = problems.map(({ where }) => where.pointer).filter((pointer) => pointer.startsWith("/components/schemas/S"));
    assert.deepEqual(said, ["/components/schemas/S/not/pattern", "/components/schemas/S/not"]);
  });

  it("say of a pattern why it is not asked for", () => {
    const said = bodiesOf({ properties: { a: { pattern: "(?=a)" }, b: { pattern: "(ab){1,2048}" } } }).problems.map(
      ({ message }) => message,
    );
    assert.match(said.join("\n"), /looks around or back[\s\S]*RE2[\s\S]*invalid repeat count: `\{1,2048\}`/);
  });

  it("of OpenAPI 3.0 allow null where it stands beside a reference", async () => {
    const { verdictOf } = bodiesOf({ properties: { n: { $ref: "#/components/schemas/N", nullable: true } } }, "3.0.3");
    assert.equal((await verdictOf("a", "/a", json, '{"n": null}')).kind, "right");
    assert.equal((await verdictOf("a", "/a", json, '{"n": "x"}')).kind, "wrong");
  });

  it("of Swagger 2.0 have a parameter's own `required` for none of theirs", () => {
    const { problems } = testValidators({
      swagger: "2.0",
      info: { title: "Old", version: "1" },
      paths: {
        "/a": { get: { operationId: "a", parameters: [{ name: "n", in: "query", type: "integer", required: true }], responses: {} } },
      },
    });
    assert.deepEqual(
      problems.filter(({ reason }) => reason === "WrongValue"),
      [],
    );
  });

  it("become validators whatever values their keywords have", { timeout: 120_000 }, () => {
    const { schema } = letrec((tie) => {
      const odd = jsonValue({ maxDepth: 1 });
      const schemas = oneof(
        array(tie("schema"), { maxLength: 3 }),
        dictionary(constantFrom("a", "b", "$id"), tie("schema"), { maxKeys: 3 }),
      );
      const value = oneof(odd, tie("schema"), schemas, constantFrom(...words));
      return {
        schema: oneof({ maxDepth: 3, depthIdentifier: "schema" }, odd, dictionary(constantFrom(...keywords), value, { maxKeys: 4 })),
      };
    });
    holds(
      property(schema, constantFrom("3.1.0", "3.0.3"), (made, openapi) => {
        assert.ok(bodiesOf({ properties: { made } }, openapi).operations.has("a"));
      }),
      { numRuns: 400 },
    );
  });
});

const words = [
  "string",
  "integer",
  "object",
  "array",
  "null",
  true,
  "^a+$",
  "(?=a)",
  ["a"],
  ["string", "null"],
  0,
  3,
  "date",
  "#/components/schemas/N",
];
const keywords = [
  ...["type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength"],
  ...["maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "dependentRequired"],
  ...["not", "if", "then", "else", "contains", "propertyNames", "additionalProperties", "unevaluatedItems", "unevaluatedProperties"],
  ...["allOf", "anyOf", "oneOf", "prefixItems", "items", "additionalItems", "properties", "patternProperties", "dependentSchemas"],
  ...["required", "pattern", "format", "$id", "$anchor", "id", "nullable", "x-nullable", "readOnly", "discriminator", "$defs", "$async"],
];
