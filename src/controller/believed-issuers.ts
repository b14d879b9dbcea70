import type { Issuer, KeySet, TokenVerifier } from "../model/security.ts";

/**
 * The issuers that are still believed, with their keys of now: each is believed for whom it was and still is. One that stands there several times with the same keys is one of them, so that
 * they are never more than those of now, however often this is asked of its own answer.
 */
export function stillBelieved(before: TokenVerifier, now: TokenVerifier | undefined): TokenVerifier {
  const were = byName(before.issuers);
  const issuers = [...byName(now?.issuers ?? [])].flatMap(([issuer, are]) =>
    [...are].flatMap(([text, { keys, audiences }]) => {
      const was = kinOf(text, were.get(issuer), are);
      const both = was && inBoth(wordsOf(was.audiences), wordsOf(audiences));
      return both === undefined ? [] : [{ issuer, audiences: both, keys }];
    }),
  );
  return { ...before, issuers };
}

/** All that the entries of an issuer with the same keys say of it. */
interface Believed {
  readonly keys: KeySet;
  audiences: Set<string> | "any";
}

/** What is said of an issuer, by its keys. */
type ByKeys = ReadonlyMap<string, Believed>;

function byName(issuers: readonly Issuer[]): ReadonlyMap<string, ByKeys> {
  const found = new Map<string, Map<string, Believed>>();
  for (const { issuer, audiences, keys } of issuers) {
    const its = found.get(issuer) ?? new Map<string, Believed>();
    const text = JSON.stringify(keys);
    const one = its.get(text) ?? { keys, audiences: new Set<string>() };
    found.set(issuer, its.set(text, one));
    if (audiences.length === 0) one.audiences = "any";
    for (const audience of audiences) if (one.audiences !== "any") one.audiences.add(audience);
  }
  return found;
}

/** What an issuer was before. Of one that has several sets of keys, each for others, these say which is which. */
const kinOf = (keys: string, were: ByKeys | undefined, are: ByKeys): Believed | undefined =>
  were?.size === 1 && are.size === 1 ? [...were.values()][0] : were?.get(keys);

const wordsOf = (audiences: Believed["audiences"]): readonly string[] => (audiences === "any" ? [] : [...audiences]);

/** The audiences that are in both lists, of which an empty one has all; undefined where there are none. */
export function inBoth(before: readonly string[], now: readonly string[]): readonly string[] | undefined {
  if (before.length === 0 || now.length === 0) return before.length === 0 ? now : before;
  const still = new Set(now);
  const both = before.filter((one) => still.has(one));
  return both.length === 0 ? undefined : both;
}
