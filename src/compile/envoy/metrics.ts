import type { ApiModel, Operation } from "../../model/api.ts";
import { ofRoute } from "./access-log.ts";
import { extension, type Message } from "./json.ts";
import { isRefusal, refusalReason } from "./refusals.ts";
import { isViolation } from "./validation.ts";

/** How many operations of a gateway have metrics of their own; the rest are counted together as "other". */
const named = 500;

/** The metrics' label of each operation: its id, while there are few. */
export function metricNames(apis: readonly ApiModel[]): ReadonlyMap<Operation, string> {
  const operations = apis.flatMap((api) => api.operations);
  return new Map(operations.map((operation, index) => [operation, index < named ? operation.id : "other"] as const));
}

const tags = [
  { name: "portico_api", value_format: ofRoute("api") },
  { name: "portico_operation", value_format: ofRoute("metric") },
];

/** Requests that were not let in, by API, operation and the kind of reason. */
export const refusalMetrics = (): Message => ({
  filter: isRefusal,
  ...extension("envoy.access_loggers.stats", "envoy.extensions.access_loggers.stats.v3.Config", {
    stats_scope: { prefix: "portico", max_counters: 20_000 },
    counters: [{ stat: { name: "refusals", tags: [...tags, { name: "reason", value_format: refusalReason }] }, value_fixed: 1 }],
  }),
});

/** Requests that were let through although they are not what the document says, by API and operation. */
export const violationMetrics = (): Message => ({
  filter: isViolation,
  ...extension("envoy.access_loggers.stats", "envoy.extensions.access_loggers.stats.v3.Config", {
    stats_scope: { prefix: "portico", max_counters: 20_000 },
    counters: [{ stat: { name: "violations", tags }, value_fixed: 1 }],
  }),
});

/**
 * Requests and their durations by API and operation, as counted where requests end (envoy: access_loggers.stats): unlike a route's own
 * stats it sees direct answers, too, and costs nothing for operations that nobody calls.
 */
export function requestMetrics(): Message {
  return extension("envoy.access_loggers.stats", "envoy.extensions.access_loggers.stats.v3.Config", {
    stats_scope: { prefix: "portico", max_counters: 20_000, max_histograms: 1000 },
    counters: [{ stat: { name: "requests", tags: [...tags, { name: "code", value_format: "%RESPONSE_CODE%" }] }, value_fixed: 1 }],
    histograms: [{ stat: { name: "request_duration", tags }, value_format: "%DURATION%", unit: "Milliseconds" }],
  });
}
