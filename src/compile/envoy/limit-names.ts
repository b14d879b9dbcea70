import { type Counted, countedTogether, type Limit } from "../../model/limit.ts";

/** The filters that count requests, each with the limits of one kind: so an answer says which of them was too much. */
export const limitFilter = (counted: Counted): string => `portico.limits.${counted}`;

/** The filter with the limits that let everything through, and mark what is too much. */
export const markingFilter = "portico.limits.marking";

/** The filters, in the order in which a request meets them. */
export const limitFilterNames: readonly string[] = [...countedTogether.map(limitFilter), markingFilter];

/** The filter that counts for a limit. */
export const filterOf = ({ counted, onExcess }: Limit): string => (onExcess === "mark" ? markingFilter : limitFilter(counted));

/** Under which a route's metadata names what counts for it. */
export const limitsField = "limits";

/** The header by which a backend sees that a request was too much, and let through all the same. */
export const overLimitHeader = "portico-over-limit";

/** What Envoy says in answers of how much is left. A backend's own would be taken for it. */
export const limitHeaders: readonly string[] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
