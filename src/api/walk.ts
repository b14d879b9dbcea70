import { z } from "zod";

/** Any schema. */
export type Schema = z.core.$ZodType;

/** The schema behind `optional` and its like. */
export function inside(schema: Schema): Schema {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault
    ? inside(schema.unwrap())
    : schema;
}

/** The schemas that a value may follow: a union's, however nested, or the one. */
export function alternatives(schema: Schema): readonly Schema[] {
  const one = inside(schema);
  return one instanceof z.ZodUnion ? one.options.flatMap(alternatives) : [one];
}

/** One step into a schema: a field's name, `[]` for the elements of a list, `*` for the values of a map with free keys. */
interface Step {
  readonly name: string;
  readonly schema: Schema;
}

/** Where one can go from a schema; none from a plain value. */
function steps(schema: Schema): readonly Step[] {
  return alternatives(schema).flatMap((one): readonly Step[] => {
    if (one instanceof z.ZodObject) return Object.entries(one.shape).map(([name, field]) => ({ name, schema: asSchema(field) }));
    if (one instanceof z.ZodArray) return [{ name: "[]", schema: one.element }];
    if (one instanceof z.ZodRecord) return [{ name: "*", schema: one.valueType }];
    return [];
  });
}

function asSchema(value: unknown): Schema {
  if (value instanceof z.ZodType) return value;
  throw new TypeError("A field of a schema is no schema.");
}

/** The names of the fields that an object at the end of `path` may have. */
export function fieldNames(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  let reached: readonly Schema[] = [schema];
  for (const key of path) {
    const name = typeof key === "number" ? "[]" : String(key);
    reached = reached.flatMap((one) =>
      steps(one)
        .filter((step) => step.name === name || step.name === "*")
        .map((step) => step.schema),
    );
  }
  return [...new Set(reached.flatMap((one) => steps(one).map((step) => step.name)))].filter((name) => name !== "[]" && name !== "*");
}

/** One field in a schema, and everything the schema says of it. */
export interface Field {
  /** Its way from the top: `backend.urls[]`, `requestHeaders.set.*`. */
  readonly path: string;
  readonly schema: Schema;
  /** Whether there is anything below it. */
  readonly leaf: boolean;
}

/** All fields of a schema, outer before inner, in the order in which they are written. A name that several alternatives have comes once. */
export function fields(schema: Schema, path = ""): readonly Field[] {
  const seen = new Set<string>();
  return steps(schema).flatMap((step): readonly Field[] => {
    const way = step.name === "[]" ? `${path}[]` : path === "" ? step.name : `${path}.${step.name}`;
    if (seen.has(way)) return [];
    seen.add(way);
    const below = fields(step.schema, way);
    return [{ path: way, schema: step.schema, leaf: below.length === 0 || hasPlainAlternative(step.schema) }, ...below];
  });
}

/** Whether a value of the schema may be plain: text, a number, true or false. */
const hasPlainAlternative = (schema: Schema): boolean => alternatives(schema).some((one) => steps(one).length === 0);
