import type { OpenApiDocument } from "../../openapi/document.ts";
import { takeApart } from "../../openapi/mock/schema.ts";
import { refOf, wayOf } from "../../openapi/references.ts";
import type { Problem } from "../../problem.ts";
import { linearPattern } from "../../text/linear-pattern.ts";
import { child, elements, isObject, type JsonObject, members, type Node } from "../../text/node.ts";
import { sayOnce } from "../say-once.ts";
import { isSchema, notLookedAt, soundSchema } from "./keywords.ts";

/** Schemas of a document as JSON Schema (draft 2020-12), which others refer to by name. */
export interface Schemas {
  /** The name of a schema; the same for two that say the same. */
  nameOf(node: Node): string;
  /** All that were named, and those that they refer to. */
  readonly all: () => Readonly<Record<string, unknown>>;
}

/** Keywords whose value is as it is in every version. */
const kept = [
  ...["type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength"],
  ...["maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "dependentRequired"],
];
const single = [
  "not",
  "if",
  "then",
  "else",
  "contains",
  "propertyNames",
  "additionalProperties",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const several = ["allOf", "anyOf", "oneOf", "prefixItems"];
/** What refers by another way than a pointer. */
const unheeded = ["$dynamicRef", "$recursiveRef"];

/** Formats that values are checked by (JSON Schema validation, section 7; OpenAPI 3.0, section 4.4); of others nobody knows what they ask for. */
const formats: ReadonlySet<string> = new Set([
  ...["date", "time", "date-time", "iso-time", "iso-date-time", "duration", "uri", "uri-reference", "uri-template", "url", "email"],
  ...["hostname", "ipv4", "ipv6", "regex", "uuid", "json-pointer", "relative-json-pointer", "byte", "int32", "int64", "float", "double"],
]);

/** A schema as one of draft 2020-12; `hidden` are names of members that what this is combined with says are for answers alone. */
type Convert = (node: Node, hidden?: ReadonlySet<string>) => unknown;

/** Which way messages go: what is read only is not sent in a request, and what is written only not in an answer. */
type Direction = "request" | "response";

/** Collects the schemas that messages of a document are held against. What they ask for that is not looked at is said as a warning. */
export function messageSchemas(document: OpenApiDocument, direction: Direction, problems: Problem[]): Schemas {
  const names = new Map<string, string>();
  const found = new Map<string, unknown>();
  const same = new Map<string, string>();
  const waiting: (readonly [name: string, node: Node])[] = [];
  const isOld = document.format === "2.0" || document.format === "3.0";

  const referred = (node: Node): string => {
    const key = `${node.file.name}#${node.pointer}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = `${direction}Schema${names.size}`;
    names.set(key, name);
    waiting.push([name, node]);
    return name;
  };

  const converted: Convert = (written, hiddenBefore = new Set()) => {
    if (!isSchema(written.value)) sayOnce(problems, notLookedAt(written, "it is no schema"));
    const node = soundSchema(written, document.format, problems);
    if (!isObject(node.value)) return node.value !== false;
    const reference = referenceOf(document, node, referred);
    if (reference !== undefined && isOld) return modern(reference, node.value);
    for (const key of unheeded)
      if (node.value[key] !== undefined) sayOnce(problems, notLookedAt(child(node, key), `\`${key}\` is not followed`));
    const hidden = new Set([...hiddenBefore, ...hiddenMembers(node, direction, document)]);
    const schema = {
      ...reference,
      ...plainKeywords(node.value),
      ...schemaKeywords(node, converted, hidden),
      ...listKeywords(node, converted),
      ...objectKeywords(node, hidden, converted),
      ...textKeywords(node, problems),
    };
    return isOld ? modern(schema, node.value) : schema;
  };

  /** Names that begin with a pattern that cannot be asked for are taken as they come. */
  const objectKeywords = (node: Node, hidden: ReadonlySet<string>, convert: Convert): Record<string, unknown> => {
    if (!isObject(node.value)) return {};
    const { required } = node.value;
    const needed = Array.isArray(required) ? required.filter((name) => !hidden.has(name)) : [];
    const patterns = members(child(node, "patternProperties"));
    const odd = patterns.filter(([pattern]) => linearPattern(pattern) === undefined);
    for (const [, at] of odd) sayOnce(problems, notLookedAt(at, oddPattern));
    const fine = patterns.filter((one) => !odd.includes(one));
    return {
      ...(isObject(node.value.properties)
        ? { properties: mapped(child(node, "properties"), (member, name) => (hidden.has(name) ? false : convert(member))) }
        : {}),
      ...(needed.length === 0 ? {} : { required: [...new Set(needed)] }),
      ...(fine.length === 0 ? {} : { patternProperties: Object.fromEntries(fine.map(([name, member]) => [name, convert(member)])) }),
      ...(odd.length === 0 ? {} : { additionalProperties: true, unevaluatedProperties: true }),
    };
  };

  const named = (schema: unknown): string => {
    const text = JSON.stringify(schema);
    const known = same.get(text);
    if (known !== undefined) return known;
    const name = `${direction}${same.size}`;
    same.set(text, name);
    found.set(name, schema);
    return name;
  };

  return {
    nameOf: (node) => named(node.value === undefined ? true : converted(node)),
    all: () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) found.set(next[0], converted(next[1]));
      return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    },
  };
}

const oddPattern = "a pattern that looks around or back takes a time that nobody can bound";

/** A reference to a schema, one step of it: what stands beside the next one counts, too. */
function referenceOf(document: OpenApiDocument, node: Node, referred: (node: Node) => string): Record<string, unknown> | undefined {
  if (refOf(node) === undefined) return undefined;
  const way = wayOf(document.files, node);
  const next = way.ok ? way.value[1] : undefined;
  return next === undefined ? {} : { $ref: `#/$defs/${referred(next)}` };
}

/** The names of the members that messages of the other direction alone have, here or in what is combined with this. */
function hiddenMembers(node: Node, direction: Direction, { follow }: OpenApiDocument): readonly string[] {
  const keyword = direction === "request" ? "readOnly" : "writeOnly";
  const says = ({ value }: Node): boolean => isObject(value) && value[keyword] === true;
  return takeApart([node], follow).parts.flatMap((part) =>
    members(child(part.node, "properties")).flatMap(([name, member]) => (says(member) || says(follow(member)) ? [name] : [])),
  );
}

const plainKeywords = (keywords: JsonObject): Record<string, unknown> =>
  Object.fromEntries(kept.flatMap((key) => (keywords[key] === undefined ? [] : [[key, keywords[key]] as const])));

/** Those whose value is a schema, or several. */
function schemaKeywords(node: Node, convert: Convert, hidden: ReadonlySet<string>): Record<string, unknown> {
  const has = (key: string): boolean => child(node, key).value !== undefined;
  const lists = several.filter((key) => elements(child(node, key)).length > 0);
  return {
    ...Object.fromEntries(single.filter(has).map((key) => [key, convert(child(node, key))] as const)),
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

function textKeywords(node: Node, problems: Problem[]): Record<string, unknown> {
  if (!isObject(node.value)) return {};
  const { pattern, format } = node.value;
  const isFine = typeof pattern === "string" && linearPattern(pattern) !== undefined;
  if (typeof pattern === "string" && !isFine) sayOnce(problems, notLookedAt(child(node, "pattern"), oddPattern));
  return { ...(isFine ? { pattern } : {}), ...(typeof format === "string" && formats.has(format) ? { format } : {}) };
}

/** What OpenAPI 3.0 and Swagger 2.0 say in their own way: bounds that are excluded, values that may be null, files. */
function modern(schema: Readonly<Record<string, unknown>>, { nullable, "x-nullable": extended }: JsonObject): unknown {
  const { exclusiveMaximum, exclusiveMinimum, maximum, minimum, type, ...rest } = schema;
  const bounds = {
    ...bound("maximum", "exclusiveMaximum", maximum, exclusiveMaximum),
    ...bound("minimum", "exclusiveMinimum", minimum, exclusiveMinimum),
  };
  const typed = type === undefined || type === "file" ? {} : { type };
  const whole = { ...rest, ...bounds, ...typed };
  return nullable === true || extended === true ? orNull(whole) : whole;
}

/** A list of values that are taken names null seldom, and means it. */
function orNull(schema: Readonly<Record<string, unknown>>): unknown {
  const { type, enum: values, ...rest } = schema;
  const isPlain = typeof type === "string" && ["$ref", "allOf", "anyOf", "oneOf", "not", "const"].every((key) => rest[key] === undefined);
  if (!isPlain) return { anyOf: [{ type: "null" }, schema] };
  return { ...rest, type: [type, "null"], ...(Array.isArray(values) ? { enum: [...new Set([...values, null])] } : {}) };
}

function bound(name: string, excluded: string, value: unknown, isExcluded: unknown): Record<string, unknown> {
  if (value === undefined) return {};
  return isExcluded === true ? { [excluded]: value } : { [name]: value };
}
