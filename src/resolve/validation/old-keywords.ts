import type { JsonObject } from "../../text/node.ts";

/** What OpenAPI 3.0 and Swagger 2.0 say in their own way: bounds that are excluded, values that may be null, files. */
export function modern(schema: Readonly<Record<string, unknown>>, { nullable, "x-nullable": extended }: JsonObject): unknown {
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
