import { isObject } from "../../text/node.ts";
import { type Part, valuesOf } from "./schema.ts";
import { allowsNull, fitsType } from "./type.ts";

const giving = ["example", "examples", "default", "const", "enum"] as const;

/**
 * The values that a schema itself gives, the best first: example, examples, default, const, enum. An example is taken at its word;
 * a default or a listed value only if its type fits. An empty `example:` in YAML is null, which counts only where null is allowed.
 */
export function givenValues(parts: readonly Part[]): readonly unknown[] {
  if (!parts.some(({ keywords }) => giving.some((keyword) => keywords[keyword] !== undefined))) return [];
  const whole = (part: Part, value: unknown): boolean => part.own || !isObject(value);
  const examples = parts.flatMap((part) => examplesOf(part).filter((value) => whole(part, value)));
  const defaults = parts.flatMap((part) => [part.keywords.default].filter((value) => tells(value) && whole(part, value)));
  const nulls = allowsNull(parts);
  return [...examples, ...defaults.filter((value) => fitsType(value, parts)), ...listedValues(parts)].filter(
    (value) => nulls || value !== null,
  );
}

/** The only values that `const` and `enum` let through, null last; none when there is no such list. */
export function listedValues(parts: readonly Part[]): readonly unknown[] {
  const constants = valuesOf(parts, "const");
  if (constants.length > 0) return constants.slice(0, 1);
  const [first, ...others] = valuesOf(parts, "enum").filter((list) => Array.isArray(list));
  if (first === undefined) return [];
  const keys = others.map((list) => new Set(list.map(keyOf)));
  const shared = first.filter((value) => keys.every((known) => known.has(keyOf(value))) && fitsType(value, parts));
  return [...shared.filter((value) => value !== null), ...shared.filter((value) => value === null)];
}

/** Whether a default shows anything: null, `{}` and `[]` say only that nothing is there. */
const tells = (value: unknown): boolean =>
  value !== undefined && value !== null && (typeof value !== "object" || Object.keys(value).length > 0);

const keyOf = (value: unknown): string => JSON.stringify(value) ?? "";

/** What the examples of combined schemas say about single properties: none of them shows the whole object. */
export function exampleMembers(parts: readonly Part[]): ReadonlyMap<string, unknown> {
  const hints = new Map<string, unknown>();
  for (const part of parts) {
    if (part.own) continue;
    const example = examplesOf(part).find(isObject);
    for (const [name, value] of Object.entries(example ?? {})) if (!hints.has(name)) hints.set(name, value);
  }
  return hints;
}

function examplesOf({ keywords }: Part): readonly unknown[] {
  const listed = Array.isArray(keywords.examples) ? keywords.examples : [];
  return keywords.example === undefined ? listed : [keywords.example, ...listed];
}
