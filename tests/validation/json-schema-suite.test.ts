import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jsonSchemaSuite, type SuiteGroup } from "../../testing/json-schema-suite.ts";
import { testValidators } from "../../testing/validators.ts";

/** What is not done, by file and the cases' names: why, docs/validation.md says. All else of the suite has to be as it says. */
const exceptions: Readonly<Record<string, RegExp>> = {
  // Schemas are found by JSON pointers, as OpenAPI has them, and by no other name.
  dynamicRef: /./,
  vocabulary: /custom metaschema/,
  // Formats that are known are rules here.
  format: /only an annotation by default/,
  "optional/format/idn-email": /./,
  "optional/format/idn-hostname": /./,
  "optional/format/iri": /./,
  "optional/format/iri-reference": /./,
  "optional/format/email": /quoted string|address-literal/,
  // Of older drafts, which OpenAPI does not take over.
  "optional/dependencies-compatibility": /./,
  dependencies: /./,
  "optional/zeroTerminatedFloats": /./,
  // What Ajv does in its own way.
  multipleOf: /float division = inf/,
  properties: /__proto__ not valid/,
  unevaluatedItems: /nested items|contains|without then and else/,
  unevaluatedProperties: /then not defined|without then and else/,
};

describe("the test suite of JSON Schema, as bodies of requests", () => {
  for (const [draft, openapi, least] of [
    ["draft2020-12", "3.1.0", 1600],
    ["draft4", "3.0.3", 780],
  ] as const)
    it(`${draft}, in OpenAPI ${openapi}`, { timeout: 240_000 }, async () => {
      const all = [];
      for (const [file, groups] of await jsonSchemaSuite(draft))
        for (const group of groups) all.push(...(await casesOf(openapi, group)).map((one) => ({ file, ...one })));
      const wrong = all.filter(({ file, name, isRight }) => !isRight && exceptions[file]?.test(name) !== true);
      assert.deepEqual(wrong, []);
      assert.ok(all.filter(({ isRight }) => isRight).length >= least);
    });
});

/** Whether each case of a group is as the suite says; none where the schema refers to what no document can. */
async function casesOf(openapi: string, { description: group, schema, tests }: SuiteGroup) {
  if (refersElsewhere(schema)) return [];
  const content = { "application/json": { schema: { $ref: "#/components/schemas/S" } } };
  const { verdictOf } = testValidators({
    openapi,
    info: { title: "Suite", version: "1" },
    components: { schemas: { S: inDocument(schema) } },
    paths: { "/a": { post: { operationId: "a", requestBody: { content }, responses: {} } } },
  });
  const cases = [];
  for (const { description, data, valid } of tests) {
    const { kind } = await verdictOf("a", "/a", { "content-type": "application/json" }, JSON.stringify(data));
    cases.push({ name: `${group} / ${description}`, isRight: (kind === "right") === valid });
  }
  return cases;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const dataKeys: ReadonlySet<string> = new Set(["enum", "const"]);

/** Pointers of a schema on its own, where it stands in a document. */
function inDocument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inDocument);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      if (key === "$schema") return [];
      if (key === "$ref" && typeof member === "string") return [[key, `#/components/schemas/S${member.slice(1)}`]];
      return [[key, dataKeys.has(key) ? member : inDocument(member)]];
    }),
  );
}

function refersElsewhere(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(refersElsewhere);
  if (!isObject(value)) return false;
  return Object.entries(value).some(([key, member]) => {
    if (key === "$ref" && typeof member === "string") return member !== "#" && !member.startsWith("#/");
    return !dataKeys.has(key) && refersElsewhere(member);
  });
}
