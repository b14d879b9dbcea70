import { isObject, type JsonObject } from "../../text/node.ts";
import { boundsLost } from "./bounds.ts";
import { flatSchema, type Schemas } from "./flat-schema.ts";

/** In what one schema takes less than another. */
export interface Narrowing {
  /** Where in the value, as a JSON Pointer in a fragment; `*` stands for each item of a list, or each other member. */
  readonly at: string;
  readonly kind: "type" | "value" | "values" | "bound" | "required" | "member" | "closed" | "choice";
  /** What it is about, in words: `string`, `at most 10`. */
  readonly of: string;
}

/** A schema, and those that it refers to. */
export interface SchemaIn {
  readonly schemas: Schemas;
  readonly schema: unknown;
}

/** How two schemas are compared. */
interface Comparison {
  readonly from: Schemas;
  readonly to: Schemas;
  /** Whether members that are not named are nothing to who reads them. */
  readonly ignored: boolean;
  /** The pairs that were looked at on the way: schemas may refer to themselves. */
  readonly seen: Set<string>;
  /** How many pairs may be looked at still, of all forms that are tried. */
  readonly left: { pairs: number };
}

const most = 20;
const mostPairs = 20_000;
const deepest = 24;

/**
 * In what `to` takes less than `from`: values that are right by the one, and not by the other. It says nothing that it is not sure of, and stops after a few. Where members that are not named
 * are `ignored`, one that only `from` names is nothing.
 */
export function narrowings(from: SchemaIn, to: SchemaIn, ignored: boolean): readonly Narrowing[] {
  const comparison = { from: from.schemas, to: to.schemas, ignored, seen: new Set<string>(), left: { pairs: mostPairs } };
  const found = lost(comparison, from.schema, to.schema, "#", 0);
  return [...new Map(found.map((one) => [JSON.stringify(one), one] as const)).values()].slice(0, most);
}

function lost(comparison: Comparison, one: unknown, other: unknown, at: string, depth: number): readonly Narrowing[] {
  const pair = JSON.stringify([one, other]);
  if (depth > deepest || comparison.left.pairs === 0 || comparison.seen.has(pair)) return [];
  comparison.left.pairs--;
  comparison.seen.add(pair);
  const [a, b] = [flatSchema(comparison.from, one), flatSchema(comparison.to, other)];
  if (a === false) return [];
  if (b === false) return [{ at, kind: "member", of: "" }];
  if (a.enum !== undefined || b.enum !== undefined) return valuesLost(a, b, at);
  if (choicesOf(a) !== undefined || choicesOf(b) !== undefined) return choicesLost(comparison, a, b, at, depth);
  const [left, right] = [typesOf(a), typesOf(b)];
  const isIn = (type: string): boolean => right.includes(type) || (type === "integer" && right.includes("number"));
  const shared = left.filter(isIn);
  return [
    ...left.filter((type) => !isIn(type)).map((of): Narrowing => ({ at, kind: "type", of })),
    ...boundsLost(a, b, shared).map((of): Narrowing => ({ at, kind: "bound", of })),
    ...(shared.includes("array") && b.items !== undefined ? lost(comparison, a.items, b.items, `${at}/*`, depth + 1) : []),
    ...(shared.includes("object") ? objectLost(comparison, a, b, at, depth) : []),
  ];
}

/** Where the values of either are listed these alone are looked at. */
function valuesLost(a: JsonObject, b: JsonObject, at: string): readonly Narrowing[] {
  const [left, right] = [a.enum, b.enum].map((all) => (Array.isArray(all) ? all.map((value) => JSON.stringify(value)) : undefined));
  if (right === undefined) return [];
  if (left === undefined) return [{ at, kind: "values", of: right.slice(0, 5).join(", ") }];
  return left.filter((value) => !right.includes(value)).map((of) => ({ at, kind: "value", of }));
}

/** Each form that there was must be one of those that there are: which one, nobody says. */
function choicesLost(comparison: Comparison, a: JsonObject, b: JsonObject, at: string, depth: number): readonly Narrowing[] {
  const forms = choicesOf(b) ?? [b];
  // What is found of a form that is tried is said of no other: each is looked at as if it were the first.
  const tried = (): Comparison => ({ ...comparison, seen: new Set(comparison.seen) });
  const isTaken = (form: JsonObject): boolean => forms.some((one) => lost(tried(), form, one, at, depth + 1).length === 0);
  return (choicesOf(a) ?? [a]).every(isTaken) ? [] : [{ at, kind: "choice", of: "" }];
}

function objectLost(comparison: Comparison, a: JsonObject, b: JsonObject, at: string, depth: number): readonly Narrowing[] {
  const needed = list(a.required);
  const required = list(b.required).filter((name) => !needed.includes(name));
  return [
    ...required.map((name): Narrowing => ({ at: `${at}/${escaped(String(name))}`, kind: "required", of: "" })),
    ...[...membersOf(a)].flatMap(([name, schema]) => memberLost(comparison, b, { name, schema }, `${at}/${escaped(name)}`, depth)),
    ...othersLost(comparison, a, b, at, depth),
  ];
}

function memberLost(
  comparison: Comparison,
  b: JsonObject,
  { name, schema }: { readonly name: string; readonly schema: unknown },
  at: string,
  depth: number,
): readonly Narrowing[] {
  const others = membersOf(b);
  if (others.has(name)) return lost(comparison, schema, others.get(name), at, depth + 1);
  if (comparison.ignored) return [];
  if (b.additionalProperties === false) return [{ at, kind: "member", of: "" }];
  return isObject(b.additionalProperties) ? lost(comparison, schema, b.additionalProperties, at, depth + 1) : [];
}

/** Of members that nobody names. */
function othersLost(comparison: Comparison, a: JsonObject, b: JsonObject, at: string, depth: number): readonly Narrowing[] {
  if (a.additionalProperties === false || comparison.ignored) return [];
  if (b.additionalProperties === false) return [{ at, kind: "closed", of: "" }];
  return isObject(b.additionalProperties) ? lost(comparison, a.additionalProperties, b.additionalProperties, `${at}/*`, depth + 1) : [];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function choicesOf(schema: JsonObject): readonly JsonObject[] | undefined {
  const forms = [...list(schema.oneOf), ...list(schema.anyOf)];
  if (forms.length === 0) return undefined;
  const { oneOf: _, anyOf: __, ...rest } = schema;
  return forms.map((form) => ({ allOf: [rest, form] }));
}

const everyType = ["string", "number", "boolean", "object", "array", "null"];

const typesOf = ({ type }: JsonObject): readonly string[] => (type === undefined ? everyType : [type].flat().map(String));

const membersOf = ({ properties }: JsonObject): ReadonlyMap<string, unknown> =>
  new Map(isObject(properties) ? Object.entries(properties) : []);

const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
