import type { Problem } from "../problem.ts";

/** So many Problems of one reason are said of a source: nobody mends more at once, and a status or terminal is no place for ten thousand. */
export const mostOfOneReason = 500;

/** What was said already, as far as it was looked at. */
interface Said {
  /** How many of the Problems. */
  count: number;
  readonly places: Set<string>;
  /** How many there are of each severity and reason in each source. */
  readonly alike: Map<string, number>;
}

const saidIn = new WeakMap<readonly Problem[], Said>();

/**
 * Adds a Problem unless the same was said of the same place: what a document or path says counts for many operations. Of a reason that was given often enough, no more are added. Errors
 * and warnings are looked at apart: none of the one is lost for the other.
 */
export function sayOnce(problems: Problem[], said: Problem): void {
  const before = saidSoFar(problems);
  if (before.places.has(placeKey(said)) || (before.alike.get(likeKey(said)) ?? 0) >= mostOfOneReason) return;
  problems.push(said);
}

/** Others add Problems, too: those that came since are looked at once. */
function saidSoFar(problems: readonly Problem[]): Said {
  const said = saidIn.get(problems) ?? { count: 0, places: new Set(), alike: new Map() };
  for (const one of problems.slice(said.count)) {
    said.places.add(placeKey(one));
    said.alike.set(likeKey(one), (said.alike.get(likeKey(one)) ?? 0) + 1);
  }
  said.count = problems.length;
  saidIn.set(problems, said);
  return said;
}

const placeKey = ({ severity, reason, where }: Problem): string => JSON.stringify([severity, reason, where.source, where.pointer]);
const likeKey = ({ severity, reason, where }: Problem): string => JSON.stringify([severity, reason, where.source]);
