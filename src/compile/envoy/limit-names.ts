import { type Counted, countedTogether, type Limit, type Pace, paceOf, paces } from "../../model/limit.ts";

/** A filter with which a gateway counts for itself, with the limits of one pace and kind: so an answer says which of them was too much. */
interface LimitFilter {
  readonly name: string;
  readonly counted: Counted;
}

/** Those that refuse, in the order in which a request meets them. */
export const refusingFilters: readonly LimitFilter[] = paces.flatMap((pace) =>
  countedTogether.map((counted) => ({ name: nameOf(counted, pace), counted })),
);

function nameOf(counted: Counted, pace: Pace): string {
  return `portico.limits.${counted}.${pace}`;
}

/** The filter with the limits that let everything through, and mark what is too much. */
export const markingFilter = "portico.limits.marking";

/** The filters, in the order in which a request meets them. */
export const limitFilterNames: readonly string[] = [...refusingFilters.map(({ name }) => name), markingFilter];

/** The filter that counts for a limit, where the gateway does it for itself. */
export const filterOf = (limit: Limit): string => (limit.onExcess === "mark" ? markingFilter : nameOf(limit.counted, paceOf(limit)));

/** The filter that asks the counter of all gateways, for limits of one kind, with the same to be done when it gives no answer. */
export const globalFilter = (counted: Counted, onFailure: "open" | "closed"): string => `portico.limits.global.${counted}.${onFailure}`;

/** Under which a route's metadata names what counts for it. */
export const limitsField = "limits";

/** The header by which a backend sees that a request was too much, and let through all the same. */
export const overLimitHeader = "portico-over-limit";

/** What Envoy says in answers of how much is left. A backend's own would be taken for it. */
export const limitHeaders: readonly string[] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
