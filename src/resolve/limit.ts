import type { RateLimitingSpec } from "../api/rate-limiting.ts";
import type { Counted, Limit, LimitCondition, LimitKey, WantedValue } from "../model/limit.ts";

/** What a limit says, as far as each gateway counts for itself. */
type Said = Pick<RateLimitingSpec, "unit"> & Partial<RateLimitingSpec>;

const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400, month: 30 * 86_400 } as const;

/** A RateLimiting, or a tier, as the model has it. */
export function limitOf(name: string, spec: Said, counted: Counted): Limit {
  const { requests = 1, unit, unitCount = 1, burst = requests, conditions = [], match = "all", onExcess = "refuse" } = spec;
  return {
    id: `${counted}/${name}`,
    name,
    counted,
    requests,
    seconds: seconds[unit] * unitCount,
    burst,
    key: keyOf(spec, counted),
    conditions: conditions.map(conditionOf),
    needsAll: match === "all",
    onExcess,
  };
}

function keyOf({ key }: Said, counted: Counted): LimitKey {
  if (key === undefined) return counted === "application" || counted === "subscription" ? { by: "client" } : { by: "none" };
  if (key.by === "claim") return { by: key.by, name: key.name ?? "" };
  if (key.by === "header") return { by: key.by, name: (key.name ?? "").toLowerCase() };
  return { by: key.by };
}

function conditionOf(said: NonNullable<RateLimitingSpec["conditions"]>[number]): LimitCondition {
  const { header, query, claim, addresses = [], not: isNot = false } = said;
  if (header !== undefined) return { isNot, kind: "header", name: header.name.toLowerCase(), value: wanted(header) };
  if (query !== undefined) return { isNot, kind: "query", name: query.name, value: wanted(query) };
  if (claim !== undefined) return { isNot, kind: "claim", name: claim.name, value: claim.value };
  return { isNot, kind: "addresses", ranges: addresses };
}

function wanted({ value, pattern }: { readonly value?: string | undefined; readonly pattern?: string | undefined }): WantedValue {
  if (value !== undefined) return { kind: "exact", text: value };
  return pattern === undefined ? { kind: "any" } : { kind: "pattern", pattern };
}

/** Whether what a limit counts depends on what a token says. */
export const readsClaims = ({ key, conditions = [] }: Said): boolean =>
  key?.by === "claim" || conditions.some(({ claim }) => claim !== undefined);

/** What a limit says that needs all gateways to count together, which this version does not do yet: the field that says it; undefined for nothing. */
export function countsGlobally({ scope, unit, type }: RateLimitingSpec): "unit" | "type" | undefined {
  if (scope !== undefined) return undefined;
  if (type === "application" || type === "subscription") return "type";
  return unit === "day" || unit === "month" ? "unit" : undefined;
}
