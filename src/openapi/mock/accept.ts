import { type MediaType, parseMediaType, splitOutsideQuotes } from "../../text/media-type.ts";

/** Characters of an Accept field that are read; what comes after is not looked at. */
const maxLength = 4_096;

/** A media range with its weight. */
interface Range extends MediaType {
  readonly weight: number;
}

/**
 * The index of the type that an Accept field likes best; of those it likes the same, the first. Undefined when it takes none of them.
 * A field that is missing, empty, or holds no media range takes everything (RFC 9110, section 12.5.1).
 */
export function preferredType(accept: string | undefined, types: readonly string[]): number | undefined {
  const ranges = readAccept(accept ?? "");
  if (ranges.length === 0) return types.length > 0 ? 0 : undefined;
  let best: number | undefined;
  let bestWeight = 0;
  for (const [index, type] of types.entries()) {
    const weight = weightOf(type, ranges);
    if (weight > bestWeight) [best, bestWeight] = [index, weight];
  }
  return best;
}

function readAccept(accept: string): readonly Range[] {
  return splitOutsideQuotes(accept.slice(0, maxLength), ",").flatMap((element) => {
    const range = parseMediaType(element);
    if (range === undefined) return [];
    const { essence, parameters } = range;
    const q = parameters.get("q") ?? "1";
    const weight = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/.test(q) ? Number(q) : 1;
    // A mock's text is UTF-8 whatever is asked for.
    const own = [...parameters].filter(([name]) => name !== "q" && name !== "charset");
    return [{ essence, parameters: new Map(own), weight }];
  });
}

/** The weight of the most specific range that a type falls under; of equally specific ones the highest; 0 for none. */
function weightOf(type: string, ranges: readonly Range[]): number {
  const parsed = parseMediaType(type);
  let closest = -1;
  let weight = 0;
  for (const range of ranges) {
    const specific = parsed === undefined ? -1 : specificity(parsed, range);
    if (specific < closest || specific === -1) continue;
    weight = specific > closest ? range.weight : Math.max(weight, range.weight);
    closest = specific;
  }
  return weight;
}

/** How closely a range names a type: 0 any, 1 its first half, 2 all of it, more with parameters; -1 when it does not. */
function specificity(type: MediaType, range: Range): number {
  for (const [name, value] of range.parameters) {
    if (type.parameters.get(name)?.toLowerCase() !== value.toLowerCase()) return -1;
  }
  if (range.essence === type.essence) return 2 + range.parameters.size;
  if (range.essence === "*/*") return 0;
  return range.essence.endsWith("/*") && type.essence.startsWith(range.essence.slice(0, -1)) ? 1 : -1;
}
