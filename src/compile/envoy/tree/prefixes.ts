import { isLiteral, literalPrefix, type PathTemplate, type Segment } from "../../../model/path.ts";
import { twoSpellings } from "../pattern.ts";
import type { Candidate } from "./tree.ts";

/**
 * Files candidates under the literal text before their first parameter. A request is answered from the longest text that it begins
 * with and from no other, so under each text stand also the candidates of shorter ones that can match such a request. A text under
 * which more would be repeated than is its own is not used: its own go to the next shorter one.
 */
export function byPrefix<C extends Candidate>(candidates: readonly C[]): ReadonlyMap<string, readonly C[]> {
  const prefixOf = new Map(candidates.map((candidate) => [candidate, filedUnder(candidate.template)] as const));
  let prefixes = sortedByLength(new Set(prefixOf.values()));
  for (;;) {
    const filed = file(candidates, prefixOf, prefixes);
    const wasteful = new Set(
      [...filed].filter(([prefix, list]) => prefix !== "/" && isWasteful(list, prefix, prefixOf)).map(([prefix]) => prefix),
    );
    if (wasteful.size === 0) return filed;
    prefixes = prefixes.filter((prefix) => !wasteful.has(prefix));
    const known = new Set(prefixes);
    for (const [candidate, prefix] of prefixOf) if (wasteful.has(prefix)) prefixOf.set(candidate, nearestShorter(prefix, known) ?? "/");
  }
}

/** The literal prefix, cut before what a request may write in another way. */
function filedUnder(template: PathTemplate): string {
  const prefix = literalPrefix(template);
  const encoded = twoSpellings.exec(prefix);
  return (encoded ? prefix.slice(0, encoded.index) : prefix) || "/";
}

const sortedByLength = (prefixes: ReadonlySet<string>): readonly string[] =>
  [...new Set(["/", ...prefixes])].toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));

function isWasteful<C extends Candidate>(list: readonly C[], prefix: string, prefixOf: ReadonlyMap<C, string>): boolean {
  let own = 0;
  let repeated = 0;
  for (const candidate of list) {
    if (prefixOf.get(candidate) === prefix) own += candidate.weight;
    else repeated += candidate.weight;
  }
  return repeated > own;
}

/** The candidates of each prefix: its own, and those of every shorter prefix of it that can match what begins with it. In their order. */
function file<C extends Candidate>(
  candidates: readonly C[],
  prefixOf: ReadonlyMap<C, string>,
  prefixes: readonly string[],
): ReadonlyMap<string, readonly C[]> {
  const own = groupedBy(candidates, (candidate) => prefixOf.get(candidate) ?? "/");
  const order = new Map(candidates.map((candidate, index) => [candidate, index] as const));
  const filed = new Map<string, readonly C[]>();
  const known = new Set(prefixes);
  for (const prefix of prefixes) {
    const shorter = nearestShorter(prefix, known);
    const inherited = shorter === undefined ? [] : (filed.get(shorter) ?? []).filter((candidate) => canBegin(candidate.template, prefix));
    const list = [...inherited, ...(own.get(prefix) ?? [])];
    filed.set(prefix, inherited.length === 0 ? list : list.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)));
  }
  return filed;
}

/** As Map.groupBy does, which Node 20 does not have. */
function groupedBy<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}

function nearestShorter(prefix: string, known: ReadonlySet<string>): string | undefined {
  for (let length = prefix.length - 1; length > 0; length--) if (known.has(prefix.slice(0, length))) return prefix.slice(0, length);
  return undefined;
}

/** Whether a path that begins with `prefix` can match the template. Says yes when in doubt: a needless copy only costs room. */
function canBegin(template: PathTemplate, prefix: string): boolean {
  const begun = prefix.slice(1).split("/");
  const last = begun.length - 1;
  if (template.length < begun.length) return false;
  return begun.every((text, index) => {
    const segment = template[index] ?? [];
    return index === last ? segmentCanBegin(segment, text) : segmentCanBe(segment, text);
  });
}

function segmentCanBe(segment: Segment, text: string): boolean {
  if (!isLiteral(segment)) return text !== "" && segmentCanBegin(segment, text);
  return twoSpellings.test(text) || literalOf(segment) === text || twoSpellings.test(literalOf(segment));
}

function segmentCanBegin(segment: Segment, text: string): boolean {
  const [first] = segment;
  const literal = isLiteral(segment) ? literalOf(segment) : typeof first === "string" ? first : "";
  if (twoSpellings.test(literal)) return true;
  return isLiteral(segment) ? literal.startsWith(text) : literal.startsWith(text) || text.startsWith(literal);
}

const literalOf = (segment: Segment): string => segment.join("");
