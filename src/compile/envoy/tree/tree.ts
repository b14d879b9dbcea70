import type { PathTemplate } from "../../../model/path.ts";

/** What the tree files: a path template, and how much of the configuration one copy of it takes. */
export interface Candidate {
  readonly template: PathTemplate;
  readonly weight: number;
}

/**
 * The paths of a gateway, filed so that a request meets few of them. Whatever way a request takes, the list at its end holds, in
 * their order, all candidates that can match it: so the tree answers as the plain list does.
 */
export interface PathTree<C extends Candidate> {
  /** By literal text that a path begins with; the longest answers, and no other is asked. */
  readonly prefixes: ReadonlyMap<string, Branch<C>>;
}

export type Branch<C extends Candidate> =
  | { readonly kind: "list"; readonly candidates: readonly C[] }
  | { readonly kind: "question"; readonly question: Question; readonly yes: Branch<C>; readonly no: Branch<C> };

/** Something to ask of one segment of a path, counted from 0: whether it is there, or whether it is one of these texts. */
export interface Question {
  readonly segment: number;
  /** Sorted, each percent-encoded as in a request; undefined asks whether the path is long enough to have the segment. */
  readonly oneOf: readonly string[] | undefined;
}
