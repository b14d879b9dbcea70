import { bytesIn } from "../api/quantity.ts";
import type { RateLimitingSpec } from "../api/rate-limiting.ts";
import type { Counted, Limit, LimitCondition, LimitKey, LimitScope, Measure, WantedValue } from "../model/limit.ts";
import { error, type Problem } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";

/** What a limit says, of a RateLimiting or of a tier. */
type Said = Pick<RateLimitingSpec, "unit"> & Partial<RateLimitingSpec>;

const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400, month: 30 * 86_400 } as const;

/** A RateLimiting, or a tier, as the model has it. */
export function limitOf(name: string, spec: Said, counted: Counted): Limit {
  const { unit, unitCount = 1, conditions = [], match = "all", onExcess = "refuse" } = spec;
  const most = spec.bandwidth === undefined ? (spec.requests ?? 1) : bytesIn(spec.bandwidth);
  return {
    id: `${counted}/${name}`,
    name,
    counted,
    most,
    seconds: seconds[unit] * unitCount,
    scope: scopeOf(spec, most, counted),
    key: keyOf(spec, counted),
    conditions: conditions.map(conditionOf),
    needsAll: match === "all",
    onExcess,
  };
}

function scopeOf(said: Said, most: number, counted: Counted): LimitScope {
  const { burst = most, unit, onFailure = "open" } = said;
  if (whyGlobal(said, counted) === undefined) return { kind: "local", burst };
  return { kind: "global", unit, onFailure, measure: measureOf(said) };
}

function measureOf({ bandwidth, bandwidthOf = "both" }: Said): Measure {
  if (bandwidth === undefined) return "requests";
  return bandwidthOf === "both" ? "bytes" : `${bandwidthOf}-bytes`;
}

/** The field by which gateways count together; undefined where each counts for itself. */
function whyGlobal({ scope, unit, bandwidth }: Said, counted: Counted): "scope" | "unit" | "type" | "bandwidth" | undefined {
  if (scope !== undefined) return scope === "global" ? "scope" : undefined;
  if (bandwidth !== undefined) return "bandwidth";
  if (counted === "application" || counted === "subscription") return "type";
  return unit === "day" || unit === "month" ? "unit" : undefined;
}

function keyOf({ key }: Said, counted: Counted): LimitKey {
  if (key === undefined) return counted === "application" || counted === "subscription" ? { by: "client" } : { by: "none" };
  if (key.by === "claim") return { by: key.by, name: key.name ?? "" };
  if (key.by === "header") return { by: key.by, name: (key.name ?? "").toLowerCase() };
  return { by: key.by };
}

function conditionOf(said: NonNullable<RateLimitingSpec["conditions"]>[number]): LimitCondition {
  const { header, query, claim, tier, addresses = [], not: isNot = false } = said;
  if (header !== undefined) return { isNot, kind: "header", name: header.name.toLowerCase(), value: wanted(header) };
  if (query !== undefined) return { isNot, kind: "query", name: query.name, value: wanted(query) };
  if (claim !== undefined) return { isNot, kind: "claim", name: claim.name, value: wanted(claim) };
  if (tier !== undefined) return { isNot, kind: "tier", name: tier };
  return { isNot, kind: "addresses", ranges: addresses };
}

function wanted({ value, pattern }: { readonly value?: string | undefined; readonly pattern?: string | undefined }): WantedValue {
  if (value !== undefined) return { kind: "exact", text: value };
  return pattern === undefined ? { kind: "any" } : { kind: "pattern", pattern };
}

/** Whether what a limit counts depends on what a token says. */
export const readsClaims = ({ key, conditions = [] }: Said): boolean =>
  key?.by === "claim" || conditions.some(({ claim }) => claim !== undefined);

/** Whether it depends on what a key's entry says of its client. */
export const readsTiers = ({ conditions = [] }: Said): boolean => conditions.some(({ tier }) => tier !== undefined);

/** As many KiB as the counter's numbers hold. */
const mostBytes = (2 ** 32 - 1) * 1024;

/**
 * What a RateLimiting says that does not go with who counts. Of gateways which count together: their counter has windows of one unit, and tells only who is refused (envoyproxy/ratelimit:
 * "Rate limit override").
 */
export function globalLimitProblems(node: Node, spec: RateLimitingSpec): readonly Problem[] {
  const field = whyGlobal(spec, spec.type);
  const at = (name: string) => placeOf(child(child(node, "spec"), name));
  if (field === undefined) {
    const message = "Each gateway counts this limit for itself, which cannot fail. Leave `onFailure` out, or say `scope: global`.";
    return spec.onFailure === undefined ? [] : [error("WrongValue", at("onFailure"), message)];
  }
  const why = { scope: "It is global", unit: "Over days and months", type: "Of applications and subscriptions", bandwidth: "Of bytes" }[
    field
  ];
  const advice = field === "bandwidth" ? "" : " Or say `scope: local`: each gateway then counts for itself.";
  const wrong = (name: string, what: string): Problem =>
    error("WrongValue", at(name), `${why}, a limit counts across gateways${what}${advice}`);
  return [
    ...(spec.bandwidth !== undefined && bytesIn(spec.bandwidth) > mostBytes
      ? [error("WrongValue", at("bandwidth"), "A limit counts up to 4 TiB in the time. Choose fewer, or a shorter time.")]
      : []),
    ...(spec.unitCount !== undefined && spec.unitCount !== 1
      ? [wrong("unitCount", ", in windows of one unit. Leave `unitCount` out, and choose another unit.")]
      : []),
    ...(spec.burst === undefined ? [] : [wrong("burst", ", in fixed windows, and has no burst. Leave `burst` out.")]),
    ...(spec.onExcess === "mark"
      ? [wrong("onExcess", ", where what is too much is refused and cannot be marked. Leave `onExcess` out.")]
      : []),
  ];
}
