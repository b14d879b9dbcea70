import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import {
  type Arbitrary,
  array,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  assert as holds,
  integer,
  oneof,
  option,
  record,
  string,
} from "fast-check";
import { faultsOf, testValidators } from "../../testing/validators.ts";

/** A schema, values that are right by it, and values that are not: made beside each other, so that neither is looked up in the other. */
interface Pair {
  readonly schema: object;
  readonly right: Arbitrary<unknown>;
  readonly wrong: Arbitrary<unknown>;
}

const other = (...values: readonly unknown[]): Arbitrary<unknown> => constantFrom(...values);

const leaves: readonly Pair[] = [
  { schema: { type: "integer", minimum: -5, maximum: 5 }, right: integer({ min: -5, max: 5 }), wrong: other(6, -6, 1.5, "x", null, []) },
  { schema: { type: "number", exclusiveMinimum: 0 }, right: double({ min: 0.001, max: 1e9, noNaN: true }), wrong: other(0, -1, "x", true) },
  { schema: { type: "boolean" }, right: boolean(), wrong: other("yes", 1, null) },
  {
    schema: { type: "string", minLength: 2, maxLength: 4 },
    right: string({ minLength: 2, maxLength: 4, unit: "grapheme-ascii" }),
    wrong: other("a", "abcde", 12, null),
  },
  { schema: { type: "string", enum: ["a", "b c"] }, right: constantFrom("a", "b c"), wrong: other("c", "A", 1) },
  { schema: { type: "string", format: "date" }, right: constantFrom("2026-02-28", "2024-02-29"), wrong: other("2026-02-30", "now", 1) },
  { schema: { type: ["string", "null"], pattern: "^[a-c]+$" }, right: constantFrom("abc", null), wrong: other("abd", "", 1) },
  { schema: { const: { a: [1] } }, right: constant({ a: [1] }), wrong: other({ a: [2] }, {}, null) },
];

/** Lists and objects of pairs, and choices between them. */
function nested(pairs: readonly Pair[]): readonly Pair[] {
  const lists = pairs.map(({ schema, right, wrong }) => ({
    schema: { type: "array", items: schema, minItems: 1 },
    right: array(right, { minLength: 1, maxLength: 4 }),
    wrong: oneof(
      constant([]),
      array(right, { maxLength: 2 }).chain((before) => wrong.map((bad) => [...before, bad])),
    ),
  }));
  const objects = pairs.map(({ schema, right, wrong }, index) => {
    const next = pairs[(index + 1) % pairs.length] ?? { schema: true, right: constant(1), wrong: constant(1) };
    const whole = record({ a: right, b: option(next.right, { nil: undefined }) }).map(({ a, b }) => (b === undefined ? { a } : { a, b }));
    return {
      schema: { type: "object", required: ["a"], properties: { a: schema, b: next.schema }, additionalProperties: false },
      right: whole,
      wrong: oneof(
        whole.map(({ a: _, ...rest }) => rest),
        whole.map((value) => ({ ...value, "": 1 })),
        whole.chain((value) => wrong.map((a) => ({ ...value, a }))),
      ),
    };
  });
  return [...lists, ...objects];
}

const pairs: readonly Pair[] = [...leaves, ...nested(leaves), ...nested(nested(leaves.slice(0, 4)))];

const operationOf = ({ schema }: Pair, index: number) => ({
  post: { operationId: `body${index}`, requestBody: { required: true, content: { "application/json": { schema } } }, responses: {} },
});

describe("generated requests", () => {
  it("bodies that are right by their schemas are right, and others are not", async () => {
    const { verdictOf } = testValidators({
      openapi: "3.1.0",
      info: { title: "Generated", version: "1" },
      paths: Object.fromEntries(pairs.map((pair, index) => [`/body${index}`, operationOf(pair, index)])),
    });
    const ask = async (index: number, value: unknown) =>
      faultsOf(await verdictOf(`body${index}`, `/body${index}`, { "content-type": "application/json" }, JSON.stringify(value)));
    for (const [index, { right, wrong }] of pairs.entries())
      await holds(
        asyncProperty(right, wrong, async (good, bad) => {
          assert.deepEqual(await ask(index, good), [], JSON.stringify(good));
          assert.notDeepEqual(await ask(index, bad), [], JSON.stringify(bad));
        }),
        { numRuns: 25 },
      );
  });

  it("texts of a document are data of its validators, whatever stands in them", async () => {
    const hostile = [
      ...[
        "__proto__",
        "constructor",
        "a.b",
        "a/b~c",
        "é\u2028\u2029",
        "\\",
        "'",
        '"',
        ["`$", "{1}`"].join(""),
        "*/",
        "</script>",
        "\n",
        "$&",
        "{{}}",
        "%s",
      ],
      ...['"];throw new Error("run");//', "');throw 1;('", ["$", "{(()=>{throw 1})()}"].join(""), "\\u0027+require('node:fs')+'", "\u0000"],
    ];
    const text = oneof(constantFrom(...hostile), string());
    await holds(
      asyncProperty(text, text, text, async (name, value, id) => {
        const schema = { type: "object", required: [name], properties: { [name]: { enum: [value] }, other: { const: value } } };
        const { verdictOf } = testValidators({
          openapi: "3.1.0",
          info: { title: value, version: id, description: value },
          components: { schemas: { A: { ...schema, title: value, description: value, format: value, $comment: value, default: value } } },
          paths: {
            "/a": {
              post: {
                operationId: `a${id}`,
                parameters: [{ name: `p${name}`, in: "query", schema: { type: "string", enum: [value] } }],
                requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/A" } } } },
                responses: {},
              },
            },
          },
        });
        const ask = async (query: string, body: unknown) =>
          faultsOf(await verdictOf(`a${id}`, `/a?${query}`, { "content-type": "application/json" }, JSON.stringify(body))).length;
        const query = new URLSearchParams({ [`p${name}`]: value }).toString();
        const right = Object.fromEntries([[name, value]]);
        assert.equal(await ask(query, right), 0);
        assert.equal(await ask(`${query}!`, right), 1);
        if (name !== "__proto__") assert.ok((await ask(query, Object.fromEntries([[name, `${value}!`]]))) > 0);
        assert.ok((await ask(query, {})) > 0);
      }),
      { numRuns: 150 },
    );
  });

  it("whatever a query, a form or a body has, an answer is found", async () => {
    const { verdictOf } = testValidators({
      openapi: "3.1.0",
      info: { title: "Anything", version: "1" },
      paths: {
        "/a": {
          post: {
            operationId: "a",
            parameters: [
              { name: "at", in: "query", style: "deepObject", schema: { type: "object", properties: { x: { type: "integer" } } } },
              { name: "__proto__", in: "query", schema: { type: "integer" } },
              { name: "session", in: "cookie", schema: { type: "array", items: { type: "string" } } },
            ],
            requestBody: {
              content: {
                "application/x-www-form-urlencoded": { schema: { type: "object", properties: { constructor: { type: "integer" } } } },
                "application/json": { schema: { type: "object", additionalProperties: { type: "integer" } } },
              },
            },
            responses: {},
          },
        },
      },
    });
    const names = constantFrom("at[x]", "at[", "__proto__", "constructor", "%", "at[x][]", "");
    const text = dictionary(names, oneof(string(), integer().map(String))).map((fields) =>
      Object.entries(fields)
        .map(([name, value]) => `${name}=${value}`)
        .join("&"),
    );
    await holds(
      asyncProperty(
        text,
        oneof(text, string()),
        constantFrom("application/x-www-form-urlencoded", "application/json", "", ";"),
        async (query, body, type) => {
          const { kind } = await verdictOf("a", `/a?${query}`, { "content-type": type, cookie: query }, body);
          assert.ok(kind === "right" || kind === "wrong");
        },
      ),
      { numRuns: 500 },
    );
  });

  it("every operation of GitHub's document refuses a request without what is required", {
    timeout: 120_000,
  }, async () => {
    const { verdictOf, operations } = testValidators(await githubDocument());
    assert.ok(operations.size > 1000, `${operations.size} operations`);
    let refused = 0;
    for (const [id, { rules }] of operations) {
      const path = rules.path.map((segment) => `/${segment.map((part) => (typeof part === "string" ? part : "7")).join("")}`).join("");
      const verdict = await verdictOf(id, path);
      const missing = [
        ...rules.parameters
          .filter((one) => one.isRequired && one.in !== "path")
          .map(({ in: place, name }) => `${place} ${name} #: required`),
        ...(rules.body?.isRequired === true ? ["body #: required"] : []),
      ];
      assert.deepEqual(
        faultsOf(verdict).filter((fault) => fault.endsWith(": required")),
        missing,
        id,
      );
      refused += missing.length > 0 ? 1 : 0;
    }
    assert.ok(refused > 100, `${refused} need something`);
  });
});

async function githubDocument(): Promise<object> {
  const path = createRequire(import.meta.url).resolve("@octokit/openapi/generated/api.github.com.json");
  return JSON.parse(await readFile(path, "utf8"));
}
