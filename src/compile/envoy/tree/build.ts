import { byPrefix } from "./prefixes.ts";
import { byQuestions } from "./questions.ts";
import type { Candidate, PathTree } from "./tree.ts";

/** The tree of candidates that are given in the order in which they answer. */
export function pathTree<C extends Candidate>(candidates: readonly C[]): PathTree<C> {
  return {
    prefixes: new Map(
      [...byPrefix(candidates)].filter(([, list]) => list.length > 0).map(([prefix, list]) => [prefix, byQuestions(list)] as const),
    ),
  };
}
