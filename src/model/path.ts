/** A path template as OpenAPI writes it, taken apart. `/pets/{id}.json` is [["pets"], [{ parameter: "id" }, ".json"]]. */
export type PathTemplate = readonly Segment[];
/** One step of a path. An empty one, [], stands for nothing between two slashes: `/pets/` ends with it. */
export type Segment = readonly (string | { readonly parameter: string })[];

/** A condition on the query: that a parameter is there, or that it has exactly this value. */
export interface QueryCondition {
  readonly name: string;
  readonly value?: string;
}

/** The template with its parameters' names left out: two templates with the same shape match the same paths. */
export function shape(template: PathTemplate): string {
  return template.map((segment) => `/${segment.map((part) => (typeof part === "string" ? part : "{}")).join("")}`).join("");
}

export const isLiteral = (segment: Segment): boolean => segment.every((part) => typeof part === "string");

/** The text of a segment without parameters. */
export const literalText = (segment: Segment): string => segment.filter((part) => typeof part === "string").join("");

/** The literal text before the first parameter: the key under which the matcher tree files the template. */
export function literalPrefix(template: PathTemplate): string {
  let prefix = "";
  for (const segment of template) {
    prefix += "/";
    for (const part of segment) {
      if (typeof part !== "string") return prefix;
      prefix += part;
    }
  }
  return prefix;
}

/**
 * Which of two templates answers a request that both match: below 0 when `a` does. Concrete before templated, decided at the first
 * segment that differs (OpenAPI 3.1, section 4.8.8.2); then the one with more literal text. 0 leaves it open.
 * Templates of different lengths never match the same request, but sorting needs one order for them all.
 */
export function specificity(a: PathTemplate, b: PathTemplate): number {
  if (a.length !== b.length) return a.length - b.length;
  for (const [index, segment] of a.entries()) {
    const difference = Number(isLiteral(b[index] ?? [])) - Number(isLiteral(segment));
    if (difference !== 0) return difference;
  }
  return literalLength(b) - literalLength(a);
}

const literalLength = (template: PathTemplate): number => template.reduce((sum, segment) => sum + literalText(segment).length, 0);

/** By code unit, not by a locale: the same on every machine. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
