import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject, type JsonObject } from "../../src/text/node.ts";
import { faultsOf, testValidators } from "../../testing/validators.ts";

/** A request by what it is made of, so that one part of it can be made wrong. */
interface Made {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
}

const methods = ["get", "put", "post", "delete", "patch"] as const;
const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const membersOf = (value: unknown): readonly (readonly [string, JsonObject])[] =>
  isObject(value) ? Object.entries(value).flatMap(([name, member]) => (isObject(member) ? [[name, member] as const] : [])) : [];
const numberOr = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

/** GitHub's document, whose requests are of JSON alone where they have a body. */
async function githubDocument() {
  const file = createRequire(import.meta.url).resolve("@octokit/openapi/generated/api.github.com.json");
  const document: JsonObject = JSON.parse(await readFile(file, "utf8"));
  const follow = (value: unknown): JsonObject => {
    if (!isObject(value)) return {};
    if (typeof value.$ref !== "string") return value;
    const steps = value.$ref.slice(2).split("/");
    return follow(
      steps.reduce<unknown>((at, step) => (isObject(at) ? at[step.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined), document),
    );
  };
  return { document, follow };
}

const texts: Readonly<Record<string, fc.Arbitrary<string>>> = {
  "date-time": fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
  date: fc.constantFrom("2026-02-28", "2024-02-29"),
  uri: fc.webUrl(),
};

type Follow = (value: unknown) => JsonObject;

/** Values that are right by a schema, as far as this document's schemas go: written without a look at how Portico reads them. */
function right(schema: JsonObject, follow: Follow): fc.Arbitrary<unknown> {
  const all = objects(schema.allOf).map(follow);
  if (all.length > 0) return right(Object.assign({}, { ...schema, allOf: undefined }, ...all), follow);
  const [choice] = [...objects(schema.oneOf), ...objects(schema.anyOf)];
  if (choice !== undefined) return right({ ...schema, oneOf: undefined, anyOf: undefined, ...follow(choice) }, follow);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum.filter((one) => one !== null));
  const [named = isObject(schema.properties) ? "object" : "string"] = [schema.type].flat();
  switch (named) {
    case "integer":
    case "number":
      return fc.integer({ min: numberOr(schema.minimum, 0), max: numberOr(schema.maximum, 1000) });
    case "boolean":
      return fc.boolean();
    case "array":
      return list(schema, follow);
    case "object":
      return fields(schema, follow);
    default:
      return text(schema);
  }
}

function list(schema: JsonObject, follow: Follow): fc.Arbitrary<unknown> {
  const least = numberOr(schema.minItems, 0);
  const lengths = { minLength: least, maxLength: Math.max(least, Math.min(numberOr(schema.maxItems, 3), 3)) };
  const items = right(follow(schema.items), follow);
  return schema.uniqueItems === true ? fc.uniqueArray(items, lengths) : fc.array(items, lengths);
}

function fields(schema: JsonObject, follow: Follow): fc.Arbitrary<unknown> {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const all = membersOf(schema.properties).map(([name, one]) => [name, right(follow(one), follow)] as const);
  return fc.record(Object.fromEntries(all), { requiredKeys: all.map(([name]) => name).filter((name) => required.includes(name)) });
}

function text(schema: JsonObject): fc.Arbitrary<string> {
  const pattern = typeof schema.pattern === "string" ? new RegExp(schema.pattern, "u") : undefined;
  const known = texts[String(schema.format)];
  if (known !== undefined) return known.filter((one) => pattern?.test(one) ?? true);
  if (pattern !== undefined) return fc.stringMatching(pattern);
  const least = numberOr(schema.minLength, 1);
  const lengths = { minLength: least, maxLength: Math.max(least, Math.min(numberOr(schema.maxLength, 12), 12)) };
  return fc.string({ ...lengths, unit: "grapheme-ascii" });
}

interface Operation {
  readonly id: string;
  readonly template: string;
  readonly parameters: readonly JsonObject[];
  readonly body: JsonObject | undefined;
}

const asText = (value: unknown): string | readonly string[] => (Array.isArray(value) ? value.map(String) : String(value));

/** Requests that are right by what an operation says: those parameters that it wants, and some of the others. */
function requests({ parameters, body }: Operation, follow: Follow): fc.Arbitrary<Made> {
  const placed = (place: string, unit: (text: unknown) => boolean) => {
    const own = parameters.filter((one) => one.in === place);
    const fields = own.map((one) => [String(one.name), right(follow(one.schema), follow).filter(unit)] as const);
    return fc.record(Object.fromEntries(fields), {
      requiredKeys: own.filter((one) => one.required === true).map((one) => String(one.name)),
    });
  };
  return fc.record({
    path: placed("path", (one) => String(one) !== "").map((all) =>
      Object.fromEntries(Object.entries(all).map(([name, one]) => [name, String(one)])),
    ),
    query: placed("query", (one) => !Array.isArray(one) || one.length > 0).map((all) =>
      Object.fromEntries(Object.entries(all).map(([name, one]) => [name, asText(one)])),
    ),
    body: body === undefined ? fc.constant(undefined) : right(body, follow),
  });
}

/** What makes a request wrong, and what is said then. */
interface Fault {
  readonly made: Made;
  readonly said: string;
}

/** One thing of a request at a time: a number, a truth value or a choice of the query that is none, a member of the body that is needed and gone, or is a list of lists. */
function faults(made: Made, { parameters, body }: Operation, follow: Follow): readonly Fault[] {
  const inQuery = parameters.flatMap((one): readonly Fault[] => {
    const { type, enum: choices, oneOf } = follow(one.schema);
    const isTold = type === "integer" || type === "boolean" || Array.isArray(choices);
    if (one.in !== "query" || !isTold || oneOf !== undefined) return [];
    return [{ made: { ...made, query: { ...made.query, [String(one.name)]: "no such!" } }, said: `query ${String(one.name)}` }];
  });
  const whole = made.body;
  if (body === undefined || !isObject(whole)) return inQuery;
  const required = Array.isArray(body.required) ? body.required.map(String) : [];
  const gone = required.map(
    (name): Fault => ({
      made: { ...made, body: Object.fromEntries(Object.entries(whole).filter(([one]) => one !== name)) },
      said: "required",
    }),
  );
  const wrong = membersOf(body.properties).flatMap(([name, one]): readonly Fault[] =>
    ["string", "integer", "boolean"].includes(String(follow(one).type))
      ? [{ made: { ...made, body: { ...whole, [name]: [[]] } }, said: `body #/${name}` }]
      : [],
  );
  return [...inQuery, ...gone, ...wrong];
}

/** The operations of a document whose bodies are JSON, and not one of several, where they have one: what is made for one of several might be right by two. */
const operationsOf = (document: JsonObject, follow: Follow): readonly Operation[] =>
  membersOf(document.paths).flatMap(([template, item]) =>
    methods.flatMap((method) => (isObject(item[method]) ? operationOf(template, item, item[method], follow) : [])),
  );

const isChoice = (body: JsonObject | undefined): boolean =>
  body?.oneOf !== undefined || body?.anyOf !== undefined || body?.allOf !== undefined;

function operationOf(template: string, item: JsonObject, operation: JsonObject, follow: Follow): readonly Operation[] {
  const { content } = follow(operation.requestBody);
  const json = isObject(content) ? content["application/json"] : undefined;
  if (content !== undefined && !isObject(json)) return [];
  const parameters = [...objects(item.parameters), ...objects(operation.parameters)].map(follow);
  const body = isObject(json) ? follow(json.schema) : undefined;
  return isChoice(body) ? [] : [{ id: String(operation.operationId), template, parameters, body }];
}

describe("a document that a company published", () => {
  it("of each of its operations generated requests are right, and with one thing made wrong they are refused for that", {
    timeout: 240_000,
  }, async (t) => {
    const { document, follow } = await githubDocument();
    const { verdictOf, operations } = testValidators(document);
    const ask = async ({ id, template }: Operation, { path, query, body }: Made): Promise<readonly string[]> => {
      const target = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
      const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]));
      const search = pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
      const headers = body === undefined ? {} : { "content-type": "application/json" };
      return faultsOf(await verdictOf(id, `${target}${search}`, headers, body === undefined ? "" : JSON.stringify(body)));
    };
    const failures: string[] = [];
    let wrong = 0;
    const tryOne = async (operation: Operation, made: Made): Promise<void> => {
      const found = await ask(operation, made);
      if (found.length > 0) failures.push(`${operation.id} ${JSON.stringify(made)}: ${found.join("; ")}`);
      for (const fault of faults(made, operation, follow)) {
        const said = await ask(operation, fault.made);
        if (!said.some((one) => one.includes(fault.said))) failures.push(`${operation.id} not ${fault.said}: ${said.join("; ")}`);
        wrong++;
      }
    };
    const known = operationsOf(document, follow);
    for (const operation of known) {
      assert.ok(operations.has(operation.id), operation.id);
      for (const made of fc.sample(requests(operation, follow), { numRuns: 3 })) await tryOne(operation, made);
    }
    t.diagnostic(`${known.length} operations, ${wrong} requests that are not right`);
    assert.deepEqual(failures.slice(0, 10), [], `${failures.length} ended otherwise`);
    assert.ok(known.length > 1_000 && wrong > 1_000);
  });
});
