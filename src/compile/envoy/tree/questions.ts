import { compareText, isLiteral, literalText, type Segment } from "../../../model/path.ts";
import { twoSpellings } from "../pattern.ts";
import type { Branch, Candidate, Question } from "./tree.ts";

/** As many candidates as it is cheaper to try one after the other than to ask about. */
const short = 4;

/**
 * Splits a list that is too long by questions about its segments. A candidate goes wherever a path that it matches can go, so a
 * templated segment goes both ways; a question is asked only while it parts more than it repeats.
 */
export function byQuestions<C extends Candidate>(candidates: readonly C[]): Branch<C> {
  if (candidates.length <= short) return { kind: "list", candidates };
  const best = questions(candidates)
    .map((question) => ({ question, ...parted(candidates, question) }))
    .filter(
      ({ yes, no }) =>
        yes.length < candidates.length && no.length < candidates.length && repeats(candidates, yes, no) * 2 <= candidates.length,
    )
    .reduce<Split<C> | undefined>((found, split) => (found === undefined || cost(split) < cost(found) ? split : found), undefined);
  if (best === undefined) return { kind: "list", candidates };
  return { kind: "question", question: best.question, yes: byQuestions(best.yes), no: byQuestions(best.no) };
}

interface Split<C> {
  readonly question: Question;
  readonly yes: readonly C[];
  readonly no: readonly C[];
}

const repeats = (all: readonly Candidate[], yes: readonly Candidate[], no: readonly Candidate[]): number =>
  yes.length + no.length - all.length;

/** The longer of the two lists decides; repeats break ties. */
const cost = ({ yes, no }: Split<unknown>): number => Math.max(yes.length, no.length) * 4 + yes.length + no.length;

/** The questions worth asking: for each segment whether it is there, and whether it is in the first half of the texts it can be. */
function questions(candidates: readonly Candidate[]): readonly Question[] {
  const longest = Math.max(...candidates.map(({ template }) => template.length));
  return Array.from({ length: longest }, (_, segment) => segment).flatMap((segment) => {
    const half = firstHalf(candidates, segment);
    return half.length === 0
      ? [{ segment, oneOf: undefined }]
      : [
          { segment, oneOf: undefined },
          { segment, oneOf: half },
        ];
  });
}

/** The texts of a segment that about half of the candidates with a literal text there have. */
function firstHalf(candidates: readonly Candidate[], segment: number): readonly string[] {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { template } of candidates) {
    const text = decidable(template[segment]);
    if (text === undefined) continue;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    total++;
  }
  const half: string[] = [];
  let counted = 0;
  for (const text of [...counts.keys()].toSorted(compareText)) {
    if (counted * 2 >= total) break;
    half.push(text);
    counted += counts.get(text) ?? 0;
  }
  return half;
}

/** The one text a segment stands for; undefined where it has parameters, or can be written in two ways. */
function decidable(segment: Segment | undefined): string | undefined {
  if (segment === undefined || !isLiteral(segment)) return undefined;
  const text = literalText(segment);
  return twoSpellings.test(text) ? undefined : text;
}

/** Where the candidates go: to "yes" if a path that they match can answer yes, to "no" if one can answer no. */
function parted<C extends Candidate>(
  candidates: readonly C[],
  { segment, oneOf }: Question,
): { readonly yes: readonly C[]; readonly no: readonly C[] } {
  const asked = oneOf === undefined ? undefined : new Set(oneOf);
  const yes: C[] = [];
  const no: C[] = [];
  for (const candidate of candidates) {
    const at = candidate.template[segment];
    const text = decidable(at);
    if (at === undefined) no.push(candidate);
    else if (asked === undefined) yes.push(candidate);
    else if (text !== undefined) (asked.has(text) ? yes : no).push(candidate);
    else {
      yes.push(candidate);
      no.push(candidate);
    }
  }
  return { yes, no };
}
