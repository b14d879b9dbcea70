/** A request, as far as somebody who checks credentials sees it. */
export interface AskedRequest {
  readonly id: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly host: string;
  readonly scheme: string;
  readonly protocol: string;
  /** The client's address; empty where it is not known. */
  readonly address: string;
  /** Names in small letters; what came in several lines is one list. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether signed tokens are looked for, too: what has their form is then left to who checks those. */
  readonly besideTokens: boolean;
}

/** What is known of a request's credential for one Security. */
export type Finding =
  /** None is there, or it is not genuine. */
  | { readonly kind: "none" }
  /** It is genuine; whether its client may call at all, and what is known of who that is. */
  | { readonly kind: "genuine"; readonly allowed: "yes" | "no" | "blocked"; readonly members: Readonly<Record<string, unknown>> }
  /** Whoever knows gives no answer now. */
  | { readonly kind: "unchecked" };

export const none: Finding = { kind: "none" };
export const unchecked: Finding = { kind: "unchecked" };

/** What checks the credentials of one Security. */
export interface Checker {
  check(request: AskedRequest): Promise<Finding>;
  close(): void;
}
