import { isObject } from "../../text/node.ts";
import { type Part, valuesOf } from "./schema.ts";

/** The types of JSON Schema. */
export type TypeName = "null" | "boolean" | "object" | "array" | "number" | "integer" | "string";

const typeNames: ReadonlyMap<unknown, TypeName> = new Map<unknown, TypeName>([
  ["null", "null"],
  ["boolean", "boolean"],
  ["object", "object"],
  ["array", "array"],
  ["number", "number"],
  ["integer", "integer"],
  ["string", "string"],
  // A file is what a 2.0 response sends as it is (OpenAPI 2.0, Response Object).
  ["file", "string"],
]);

/** Keywords that speak of one type only: where no type is written, they tell it. */
const telling: readonly (readonly [TypeName, readonly string[]])[] = [
  ["object", ["properties", "required", "additionalProperties", "minProperties", "patternProperties", "discriminator"]],
  ["array", ["items", "prefixItems", "minItems", "uniqueItems"]],
  ["string", ["pattern", "minLength", "maxLength", "format"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];

/** The types that all parts allow, in the order written: a name, a list (3.1), or `nullable` (3.0). Undefined when none is written. */
export function allowedTypes(parts: readonly Part[]): readonly TypeName[] | undefined {
  let allowed: readonly TypeName[] | undefined;
  for (const { keywords } of parts) {
    const written = writtenTypes(keywords.type);
    if (written.length === 0) continue;
    const names: readonly TypeName[] = keywords.nullable === true ? [...written, "null"] : written;
    allowed = allowed === undefined ? names : common(allowed, names);
  }
  return allowed;
}

function writtenTypes(type: unknown): readonly TypeName[] {
  const single = typeNames.get(type);
  if (single !== undefined) return [single];
  return Array.isArray(type) ? type.flatMap((name) => typeNames.get(name) ?? []) : [];
}

/** What two lists of types have in common: an integer is a number. */
function common(a: readonly TypeName[], b: readonly TypeName[]): readonly TypeName[] {
  return a.flatMap((name) => {
    if (b.includes(name)) return name;
    if (name === "integer" && b.includes("number")) return name;
    return name === "number" && b.includes("integer") ? ["integer" as const] : [];
  });
}

/** Whether the schema takes null. A `nullable` beside a reference or an allOf is taken as it is meant. */
export function allowsNull(parts: readonly Part[]): boolean {
  return allowedTypes(parts)?.includes("null") ?? parts.every(({ keywords }) => keywords.nullable !== false);
}

/** The same, where a `nullable` beside `allOf` counts although the combined schema says otherwise. */
export const meansNull = (parts: readonly Part[]): boolean =>
  (allowedTypes(parts)?.includes("null") ?? false) || parts.some(({ keywords, own }) => own && keywords.nullable === true);

/** The one type that a sample is made of; undefined when anything will do. */
export function chosenType(parts: readonly Part[]): TypeName | undefined {
  const allowed = allowedTypes(parts);
  if (allowed?.length === 1) return allowed[0];
  const told = telling.find(([, keywords]) => keywords.some((keyword) => valuesOf(parts, keyword).length > 0))?.[0];
  if (allowed === undefined) return told;
  if (told !== undefined && allowed.includes(told)) return told;
  return allowed.find((name) => name !== "null") ?? allowed[0];
}

/** Whether a value is of a type that the parts allow. */
export function fitsType(value: unknown, parts: readonly Part[]): boolean {
  const allowed = allowedTypes(parts);
  return allowed === undefined || allowed.some((name) => isOfType(value, name));
}

function isOfType(value: unknown, name: TypeName): boolean {
  if (name === "null") return value === null;
  if (name === "array") return Array.isArray(value);
  if (name === "object") return isObject(value);
  if (name === "integer") return Number.isInteger(value);
  return typeof value === name;
}
