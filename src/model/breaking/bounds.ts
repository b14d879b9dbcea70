import type { JsonObject } from "../../text/node.ts";

interface Bound {
  readonly name: string;
  readonly of: string;
  readonly isLower: boolean;
  readonly words: (bound: number) => string;
}

const bounds: readonly Bound[] = [
  { name: "minimum", of: "number", isLower: true, words: (one) => `at least ${one}` },
  { name: "maximum", of: "number", isLower: false, words: (one) => `at most ${one}` },
  { name: "exclusiveMinimum", of: "number", isLower: true, words: (one) => `more than ${one}` },
  { name: "exclusiveMaximum", of: "number", isLower: false, words: (one) => `less than ${one}` },
  { name: "minLength", of: "string", isLower: true, words: (one) => `of at least ${one} characters` },
  { name: "maxLength", of: "string", isLower: false, words: (one) => `of at most ${one} characters` },
  { name: "minItems", of: "array", isLower: true, words: (one) => `of at least ${one} items` },
  { name: "maxItems", of: "array", isLower: false, words: (one) => `of at most ${one} items` },
  { name: "minProperties", of: "object", isLower: true, words: (one) => `of at least ${one} members` },
  { name: "maxProperties", of: "object", isLower: false, words: (one) => `of at most ${one} members` },
];

/** The bounds that `b` sets to values of these types, and `a` does not. */
export function boundsLost(a: JsonObject, b: JsonObject, types: readonly string[]): readonly string[] {
  const isOf = (type: string): boolean => types.includes(type) || (type === "number" && types.includes("integer"));
  const numeric = bounds.flatMap(({ name, of, isLower, words }) => {
    const [one, other] = [a[name], b[name]];
    if (!isOf(of) || typeof other !== "number") return [];
    const isKept = typeof one === "number" && (isLower ? one >= other : one <= other);
    const isNothing = isLower && other <= 0 && name.startsWith("min") && of !== "number";
    return isKept || isNothing ? [] : [words(other)];
  });
  const same = (name: string): boolean => b[name] === undefined || JSON.stringify(a[name]) === JSON.stringify(b[name]);
  const isMultiple = typeof a.multipleOf === "number" && typeof b.multipleOf === "number" && a.multipleOf % b.multipleOf === 0;
  return [
    ...numeric,
    ...(isOf("string") && !same("pattern") ? [`of the pattern ${String(b.pattern)}`] : []),
    ...(isOf("string") && !same("format") ? [`of the format ${String(b.format)}`] : []),
    ...(isOf("number") && !same("multipleOf") && !isMultiple ? [`a multiple of ${String(b.multipleOf)}`] : []),
    ...(isOf("array") && b.uniqueItems === true && a.uniqueItems !== true ? ["without an item twice"] : []),
  ];
}
