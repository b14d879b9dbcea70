import { type Problem, warning } from "../../problem.ts";
import { child, isObject, type Node, placeOf } from "../../text/node.ts";

// What values keywords of a schema may have (JSON Schema 2020-12: core, section 10; validation, section 6).

interface Shape {
  readonly what: string;
  readonly is: (value: unknown) => boolean;
}

/** An object of keywords, or whether anything is right. */
export const isSchema = (value: unknown): boolean => isObject(value) || typeof value === "boolean";

const isText = (value: unknown): boolean => typeof value === "string";
const isListOf = (value: unknown, is: (element: unknown) => boolean): boolean => Array.isArray(value) && value.every(is);
const isNames = (value: unknown): boolean => isListOf(value, isText);

const aNumber: Shape = { what: "a number", is: Number.isFinite };
const aCount: Shape = { what: "a number of things", is: (value) => typeof value === "number" && Number.isInteger(value) && value >= 0 };
const aFlag: Shape = { what: "`true` or `false`", is: (value) => typeof value === "boolean" };
const aText: Shape = { what: "a text", is: isText };
const aSchema: Shape = { what: "a schema", is: isSchema };
const schemas: Shape = {
  what: "a list of schemas",
  is: (value) => Array.isArray(value) && value.length > 0 && value.every(isSchema),
};
const byName: Shape = { what: "an object of schemas", is: isObject };

const types: ReadonlySet<unknown> = new Set(["null", "boolean", "object", "array", "number", "integer", "string"]);
const aType: Shape = {
  what: "a type of JSON Schema",
  is: (value) => types.has(value) || (Array.isArray(value) && value.length > 0 && value.every((one) => types.has(one))),
};

const each = (shape: Shape, ...keywords: readonly string[]) => keywords.map((keyword) => [keyword, shape] as const);

const shapes: ReadonlyMap<string, Shape> = new Map([
  ...each(aType, "type"),
  ...each({ what: "a list of values", is: (value) => Array.isArray(value) && value.length > 0 }, "enum"),
  ...each(aNumber, "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"),
  ...each({ what: "a number above 0", is: (value) => typeof value === "number" && Number.isFinite(value) && value > 0 }, "multipleOf"),
  ...each(aCount, "maxLength", "minLength", "maxItems", "minItems", "maxContains", "minContains", "maxProperties", "minProperties"),
  ...each(aFlag, "uniqueItems"),
  ...each(aText, "$ref", "pattern", "format"),
  ...each({ what: "a list of names", is: isNames }, "required"),
  ...each(
    { what: "an object of lists of names", is: (value) => isObject(value) && Object.values(value).every(isNames) },
    "dependentRequired",
  ),
  ...each(aSchema, "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties", "additionalItems"),
  ...each(aSchema, "unevaluatedItems", "unevaluatedProperties"),
  ...each({ what: "a schema", is: (value) => isSchema(value) || isListOf(value, isSchema) }, "items"),
  ...each(schemas, "allOf", "anyOf", "oneOf", "prefixItems"),
  ...each(byName, "properties", "patternProperties", "dependentSchemas"),
]);

/** Those that OpenAPI 3.0 and Swagger 2.0 have in their own way. */
const oldShapes: ReadonlyMap<string, Shape> = new Map(each(aFlag, "exclusiveMaximum", "exclusiveMinimum"));
const aTypeOrFile: Shape = { what: aType.what, is: (value) => value === "file" || aType.is(value) };

/** A schema without the keywords whose values are none that they may have, each of which is said. */
export function soundSchema(node: Node, format: string, missing: Problem[]): Node {
  if (!isObject(node.value)) return node;
  const isOld = format === "2.0" || format === "3.0";
  const shapeOf = (keyword: string): Shape | undefined => {
    if (keyword === "type" && format === "2.0") return aTypeOrFile;
    return (isOld ? oldShapes.get(keyword) : undefined) ?? shapes.get(keyword);
  };
  const odd = Object.entries(node.value).flatMap(([keyword, value]) => {
    const shape = shapeOf(keyword);
    return shape === undefined || shape.is(value) ? [] : [[keyword, shape.what] as const];
  });
  for (const [keyword, what] of odd) missing.push(notLookedAt(child(node, keyword), `\`${keyword}\` is not ${what}`));
  if (odd.length === 0) return node;
  const dropped = new Set(odd.map(([keyword]) => keyword));
  return { ...node, value: Object.fromEntries(Object.entries(node.value).filter(([keyword]) => !dropped.has(keyword))) };
}

export const notLookedAt = (at: Node, why: string): Problem =>
  warning("WrongValue", placeOf(at), `Messages are not held against this: ${why}. Write it in another way, or leave it to the backend.`);
