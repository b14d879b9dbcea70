/** What a client shows, worth to one demand of a requirement. */
export type Worth = "good" | "insufficient" | "nothing";

/** An alternative: schemes that are all needed, and the scopes of each (OpenAPI 3.1, section 4.8.30). */
export type Requirement = Readonly<Record<string, readonly string[]>>;

/** The status that requirements come to, by OpenAPI's rule and what each demand finds: an evaluator of its own, which knows nothing of Portico. */
export function statusBy(list: readonly Requirement[], worth: (scheme: string, scopes: readonly string[]) => Worth): 200 | 401 | 403 {
  if (list.length === 0) return 200;
  const outcomes = list.map((one) => Object.entries(one).map(([scheme, scopes]) => worth(scheme, scopes)));
  if (outcomes.some((all) => all.every((one) => one === "good"))) return 200;
  return outcomes.some((all) => all.every((one) => one !== "nothing")) ? 403 : 401;
}
