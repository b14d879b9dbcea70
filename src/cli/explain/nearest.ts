import type { PathEntry } from "../../compile/envoy/path-entry.ts";
import { segmentRegex } from "../../compile/envoy/pattern.ts";
import { isLiteral, literalText, type PathTemplate, type Segment } from "../../model/path.ts";
import { suggest } from "../../text/suggest.ts";
import type { AskedRequest } from "./asked-request.ts";

const most = 3;

/** How much less alike than the nearest one may be, to be named with it. */
const within = 0.6;

/** The paths that somebody may have meant whose request none answers: those with the most segments alike, at most three. */
export function nearestEntries(entries: readonly PathEntry[], { path }: AskedRequest): readonly PathEntry[] {
  const asked = path.slice(1).replace(/\/$/, "").split("/");
  const ranked = [...new Set(entries)]
    .filter(({ operations }) => operations.length > 0)
    .map((entry) => ({ entry, alike: likeness(withoutLastSlash(entry.template), asked) }))
    .filter(({ alike }) => alike > 0)
    .toSorted((a, b) => b.alike - a.alike)
    .slice(0, most);
  return ranked.filter(({ alike }) => alike >= within * (ranked[0]?.alike ?? 0)).map(({ entry }) => entry);
}

/** A slash at the end is what is mistaken most, and counts for nothing. */
const withoutLastSlash = (template: PathTemplate): PathTemplate => (template.at(-1)?.length === 0 ? template.slice(0, -1) : template);

/** A point for each segment that is the same, half of one for what may be mistyped or any value, less for each that is missing or too many. */
function likeness(template: PathTemplate, asked: readonly string[]): number {
  const alike = asked.reduce((sum, text, index) => sum + segmentLikeness(template[index], text), 0);
  return alike - 0.6 * Math.abs(template.length - asked.length);
}

function segmentLikeness(segment: Segment | undefined, text: string): number {
  if (segment === undefined) return 0;
  if (!isLiteral(segment)) return new RegExp(`^(?:${segmentRegex(segment)})$`, "u").test(text) ? 0.5 : 0;
  const literal = literalText(segment);
  if (literal === text) return 1;
  return text !== "" && literal !== "" && suggest(text, [literal]) !== undefined ? 0.5 : 0;
}
