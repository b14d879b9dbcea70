/** How much is let through in a time, and of which requests. */
export interface Limit {
  /** Unique in the API: `operation/gold`. */
  readonly id: string;
  /** The RateLimiting's name, or the built-in tier's. */
  readonly name: string;
  readonly counted: Counted;
  /** Requests, or bytes where its scope says so, let through in the time, from 1. */
  readonly most: number;
  /** How long the time is. */
  readonly seconds: number;
  readonly scope: LimitScope;
  readonly key: LimitKey;
  /** Which requests count; none for all of them. */
  readonly conditions: readonly LimitCondition[];
  /** Whether one condition that holds is enough, where there are several. */
  readonly needsAll: boolean;
  readonly onExcess: "refuse" | "mark";
}

/** Who counts: each gateway for itself, or all of them together. */
export type LimitScope =
  | {
      readonly kind: "local";
      /** Requests that may come at once, from 1. */
      readonly burst: number;
    }
  | {
      readonly kind: "global";
      /** The time, which begins anew with each of its kind: each hour, each day (UTC). */
      readonly unit: TimeUnit;
      /** Whether requests are let through while the counter gives no answer. */
      readonly onFailure: "open" | "closed";
      readonly measure: Measure;
    };

/** What is counted. Bytes are those of bodies. */
export type Measure = "requests" | "request-bytes" | "response-bytes" | "bytes";

type TimeUnit = "second" | "minute" | "hour" | "day" | "month";

/** What is counted together. */
export type Counted = "operation" | "api" | "subscription" | "application";

/** In the order in which they are asked, of those of one pace: the narrowest first. */
export const countedTogether: readonly Counted[] = ["operation", "api", "subscription", "application"];

/** How soon what was let through is forgotten. */
export type Pace = "seconds" | "minutes" | "hours" | "days";

/** In the order in which they are asked: what a fast one refuses takes nothing from a slow one, which would miss it for long. */
export const paces: readonly Pace[] = ["seconds", "minutes", "hours", "days"];

export function paceOf({ seconds }: Pick<Limit, "seconds">): Pace {
  if (seconds < 60) return "seconds";
  if (seconds < 3600) return "minutes";
  return seconds < 86_400 ? "hours" : "days";
}

/** What is counted apart. */
export type LimitKey =
  | { readonly by: "none" }
  | { readonly by: "address" }
  | { readonly by: "client" }
  /** A dot leads into an object. */
  | { readonly by: "claim"; readonly name: string }
  | { readonly by: "header"; readonly name: string };

/** What must hold of a request. */
export type LimitCondition = { readonly isNot: boolean } & (
  | { readonly kind: "header" | "query"; readonly name: string; readonly value: WantedValue }
  /** A dot leads into an object. */
  | { readonly kind: "claim"; readonly name: string; readonly value: WantedValue }
  /** The tier that a key's entry says of its client. */
  | { readonly kind: "tier"; readonly name: string }
  | { readonly kind: "addresses"; readonly ranges: readonly string[] }
);

/** So many lists of addresses the limits of one operation may ask for: a gateway has a place for each. */
export const mostAddressLists = 4;

/** Any value; this one; or one that an expression (RE2) matches as a whole. */
export type WantedValue =
  | { readonly kind: "any" }
  | { readonly kind: "exact"; readonly text: string }
  | { readonly kind: "pattern"; readonly pattern: string };
