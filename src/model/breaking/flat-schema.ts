import { isObject, type JsonObject } from "../../text/node.ts";

/** JSON Schemas by their names. */
export type Schemas = Readonly<Record<string, unknown>>;

/** A schema without references and `allOf`: all that it says stands at one level. `false` is one that no value is right by. */
export type FlatSchema = JsonObject | false;

const deepest = 32;

/** Follows a schema's references, and writes into one what it says with `allOf`. What refers to itself alone says nothing. */
export function flatSchema(schemas: Schemas, schema: unknown, depth = 0): FlatSchema {
  if (schema === false) return false;
  if (!isObject(schema) || depth > deepest) return {};
  const { $ref, allOf, const: only, ...own } = schema;
  const said = only === undefined ? own : { ...own, enum: [only] };
  const target = typeof $ref === "string" ? [schemas[nameOf($ref)]] : [];
  const all = [...target, ...(Array.isArray(allOf) ? allOf : [])].map((one) => flatSchema(schemas, one, depth + 1));
  return all.reduce<FlatSchema>(both, said);
}

/** The name of a schema that is referred to as `#/$defs/name`. */
const nameOf = (reference: string): string =>
  decodeURIComponent(reference.replace(/^#\/\$defs\//, ""))
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");

/** What both say. Of several choices those of the first count: more is looked at by nobody. */
function both(one: FlatSchema, other: FlatSchema): FlatSchema {
  if (one === false || other === false) return false;
  return {
    ...other,
    ...one,
    ...type(one.type, other.type),
    ...values(one.enum, other.enum),
    ...tightest(one, other, ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"], Math.max),
    ...tightest(one, other, ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"], Math.min),
    ...(isObject(one.properties) && isObject(other.properties) ? { properties: members(one.properties, other.properties) } : {}),
    ...(Array.isArray(one.required) && Array.isArray(other.required)
      ? { required: [...new Set([...one.required, ...other.required])] }
      : {}),
    ...(one.additionalProperties === false || other.additionalProperties === false ? { additionalProperties: false } : {}),
  };
}

function type(one: unknown, other: unknown): JsonObject {
  if (one === undefined || other === undefined) return {};
  const [a, b] = [[one].flat(), [other].flat()];
  return { type: a.filter((name) => b.includes(name) || (name === "integer" && b.includes("number"))) };
}

function values(one: unknown, other: unknown): JsonObject {
  if (!Array.isArray(one) || !Array.isArray(other)) return {};
  const known = new Set(other.map((value) => JSON.stringify(value)));
  return { enum: one.filter((value) => known.has(JSON.stringify(value))) };
}

function tightest(one: JsonObject, other: JsonObject, names: readonly string[], of: (a: number, b: number) => number): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const [a, b] = [one[name], other[name]];
      return typeof a === "number" && typeof b === "number" ? [[name, of(a, b)] as const] : [];
    }),
  );
}

const members = (one: JsonObject, other: JsonObject): JsonObject => ({
  ...other,
  ...Object.fromEntries(
    Object.entries(one).map(([name, schema]) => [name, Object.hasOwn(other, name) ? { allOf: [schema, other[name]] } : schema] as const),
  ),
});
