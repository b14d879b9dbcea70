import { isObject, type JsonObject } from "../../text/node.ts";

// Keywords in which other schemas stand (JSON Schema 2020-12: core, section 10), beside `items`, which is another thing in older drafts.

/** Those that have one. */
export const ofOneSchema: readonly string[] = [
  ...["not", "if", "then", "else", "contains", "propertyNames"],
  ...["additionalProperties", "unevaluatedItems", "unevaluatedProperties"],
];
/** Those that have a list of them. */
export const ofSeveralSchemas: readonly string[] = ["allOf", "anyOf", "oneOf", "prefixItems"];

export const single: readonly string[] = [...ofOneSchema, "items"];
export const maps: readonly string[] = ["properties", "patternProperties", "dependentSchemas"];

/** Keywords of what is said of the same value, whose members count for `unevaluatedProperties`. */
export const inPlace: readonly string[] = ["allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"];

/** The schemas that stand in one. */
export function below(schema: JsonObject, keyword: string): readonly unknown[] {
  const value = schema[keyword];
  if (single.includes(keyword)) return value === undefined ? [] : [value];
  if (ofSeveralSchemas.includes(keyword)) return Array.isArray(value) ? value : [];
  return maps.includes(keyword) && isObject(value) ? Object.values(value) : [];
}

const start = "#/$defs/";

/** The name that a schema refers to. */
export const nameIn = ({ $ref }: JsonObject): string | undefined => (typeof $ref === "string" ? $ref.slice(start.length) : undefined);
