import type { Problem } from "../../problem.ts";
import { whyNotLinear } from "../../text/linear-pattern.ts";
import { child, elements, isObject, members, type Node } from "../../text/node.ts";
import { notLookedAt } from "./keywords.ts";
import { ofOneSchema, ofSeveralSchemas } from "./nesting.ts";

// Keywords of a schema as draft 2020-12 has them.

/** Keywords whose value is as it is in every version. */
const kept = [
  ...["type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength"],
  ...["maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "dependentRequired"],
];
/** Formats that values are checked by (JSON Schema validation, section 7; OpenAPI 3.0, section 4.4); of others nobody knows what they ask for. */
const formats: ReadonlySet<string> = new Set([
  ...["date", "time", "date-time", "iso-time", "iso-date-time", "duration", "uri", "uri-reference", "uri-template", "url", "email"],
  ...["hostname", "ipv4", "ipv6", "regex", "uuid", "json-pointer", "relative-json-pointer", "byte", "int32", "int64", "float", "double"],
]);

/** A schema as one of draft 2020-12; `hidden` are names of members that what this is combined with says are for answers alone. */
export type Convert = (node: Node, hidden?: ReadonlySet<string>) => unknown;

/** The keywords of a schema whose own values are sound, as those of draft 2020-12. What is not asked for is added to what is missing. */
export const keywordsOf = (node: Node, convert: Convert, hidden: ReadonlySet<string>, missing: Problem[]): Record<string, unknown> =>
  withType({
    ...plainKeywords(node),
    ...schemaKeywords(node, convert, hidden),
    ...listKeywords(node, convert),
    ...objectKeywords(node, hidden, convert, missing),
    ...textKeywords(node, missing),
  });

const ofNumbers = ["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf"];
const formatsOfNumbers: ReadonlySet<unknown> = new Set(["int32", "int64", "float", "double"]);

/** Beyond all numbers, as 1e400 is, a value is of no type, and bounds alone would not be asked of it. */
function withType(schema: Record<string, unknown>): Record<string, unknown> {
  const isOfNumbers = formatsOfNumbers.has(schema.format) || ofNumbers.some((keyword) => schema[keyword] !== undefined);
  if (schema.type !== undefined || !isOfNumbers) return schema;
  return { ...schema, type: ["null", "boolean", "object", "array", "number", "string"] };
}

/** Names that begin with a pattern that cannot be asked for are taken as they come. */
function objectKeywords(node: Node, hidden: ReadonlySet<string>, convert: Convert, missing: Problem[]): Record<string, unknown> {
  if (!isObject(node.value)) return {};
  const { required } = node.value;
  const needed = Array.isArray(required) ? required.filter((name) => !hidden.has(name)) : [];
  const patterns = members(child(node, "patternProperties"));
  const fine = patterns.filter(([pattern, at]) => isAskedFor(pattern, at, missing));
  return {
    ...(isObject(node.value.properties)
      ? { properties: mapped(child(node, "properties"), (member, name) => (hidden.has(name) ? false : convert(member))) }
      : {}),
    ...(needed.length === 0 ? {} : { required: [...new Set(needed)] }),
    ...(fine.length === 0 ? {} : { patternProperties: Object.fromEntries(fine.map(([name, member]) => [name, convert(member)])) }),
    ...(fine.length === patterns.length ? {} : { additionalProperties: true, unevaluatedProperties: true }),
  };
}

function isAskedFor(pattern: string, at: Node, missing: Problem[]): boolean {
  const why = whyNotLinear(pattern);
  if (why !== undefined) missing.push(notLookedAt(at, why));
  return why === undefined;
}

const plainKeywords = ({ value: keywords }: Node): Record<string, unknown> =>
  isObject(keywords) ? Object.fromEntries(kept.flatMap((key) => (keywords[key] === undefined ? [] : [[key, keywords[key]] as const]))) : {};

/** Those whose value is a schema, or several. */
function schemaKeywords(node: Node, convert: Convert, hidden: ReadonlySet<string>): Record<string, unknown> {
  const has = (key: string): boolean => child(node, key).value !== undefined;
  const lists = ofSeveralSchemas.filter((key) => elements(child(node, key)).length > 0);
  return {
    ...Object.fromEntries(ofOneSchema.filter(has).map((key) => [key, convert(child(node, key))] as const)),
    ...Object.fromEntries(
      lists.map((key) => [key, elements(child(node, key)).map((part) => convert(part, key === "allOf" ? hidden : undefined))] as const),
    ),
    ...(isObject(child(node, "dependentSchemas").value)
      ? { dependentSchemas: mapped(child(node, "dependentSchemas"), (member) => convert(member)) }
      : {}),
  };
}

const mapped = (node: Node, convert: (member: Node, name: string) => unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(members(node).map(([name, member]) => [name, convert(member, name)] as const));

/** Until draft 2019-09 a list under `items` was what `prefixItems` is now. */
function listKeywords(node: Node, convert: Convert): Record<string, unknown> {
  const items = child(node, "items");
  if (items.value === undefined) return {};
  if (!Array.isArray(items.value)) return { items: convert(items) };
  const rest = child(node, "additionalItems");
  return { prefixItems: elements(items).map((part) => convert(part)), ...(rest.value === undefined ? {} : { items: convert(rest) }) };
}

function textKeywords(node: Node, missing: Problem[]): Record<string, unknown> {
  if (!isObject(node.value)) return {};
  const { pattern, format } = node.value;
  const isFine = typeof pattern === "string" && isAskedFor(pattern, child(node, "pattern"), missing);
  return { ...(isFine ? { pattern } : {}), ...(typeof format === "string" && formats.has(format) ? { format } : {}) };
}
