import type { ApiModel, Operation } from "../../model/api.ts";
import { type Counted, countedTogether, type Measure } from "../../model/limit.ts";
import { extension, type Message, typed } from "./json.ts";
import { type Counter, countersOf, limitsOf, type ScopedLimit } from "./limit-counters.ts";
import { globalFilter } from "./limit-names.ts";
import { limitsCluster } from "./names.ts";
import { overLimit, saysWhy } from "./refusals.ts";

/** The one domain that the service has to know: the limits themselves travel with each question (envoyproxy/ratelimit: "Rate limit override"). */
export const limitsDomain = "portico";

const failures = ["open", "closed"] as const;

/** The filters that ask the service which counts for all gateways (envoy: ratelimit). By themselves they ask nothing: what they ask is in the image, with the routes. */
export const globalLimitFilters: readonly Message[] = countedTogether.flatMap((counted) =>
  failures.map((onFailure) => filter(counted, onFailure)),
);

function filter(counted: Counted, onFailure: (typeof failures)[number]): Message {
  const name = globalFilter(counted, onFailure);
  const config = {
    domain: limitsDomain,
    timeout: "0.1s",
    failure_mode_deny: onFailure === "closed",
    status_on_error: { code: "ServiceUnavailable" },
    rate_limited_as_resource_exhausted: true,
    disable_x_envoy_ratelimited_header: true,
    enable_x_ratelimit_headers: "DRAFT_VERSION_03",
    enable_retry_after_header: true,
    response_headers_to_add: [saysWhy(overLimit[counted])],
    stat_prefix: `${counted}.${onFailure}`,
    rate_limit_service: { grpc_service: { envoy_grpc: { cluster_name: limitsCluster }, timeout: "0.1s" }, transport_api_version: "V3" },
  };
  return { ...extension(name, "envoy.extensions.filters.http.ratelimit.v3.RateLimit", config), disabled: true };
}

/** Whether requests of an operation are counted across gateways. */
export const isCountedGlobally = (api: ApiModel, operation: Operation): boolean =>
  limitsOf(api, operation).some(({ scope }) => scope.kind === "global");

/** What the routes of an operation switch on, so that the limits of all gateways count for it. */
export function globalLimitRules(api: ApiModel, operation: Operation): Message {
  const asked = new Map<string, readonly Message[]>();
  for (const counter of countersOf(api, operation, "global")) {
    const name = globalFilter(counter.limit.counted, counter.limit.scope.onFailure);
    asked.set(name, [...(asked.get(name) ?? []), ...questions(counter)]);
  }
  const rules = (rate_limits: readonly Message[]): Message =>
    typed("envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute", { rate_limits });
  return Object.fromEntries([...asked].map(([name, questions]) => [name, rules(questions)]));
}

/** What is asked for a way to count. Bytes are known at the end: before, it is only asked whether there are too many already. */
function questions({ limit, bucket, parts }: Counter<"global">): readonly Message[] {
  const { units, perUnit } = counting(limit);
  const question = {
    actions: [
      { source_cluster: {} },
      { generic_key: { descriptor_key: "limit", descriptor_value: bucket } },
      ...parts.map(({ action }) => action),
    ],
    limit: { rate_limit: { requests_per_unit: units, unit: limit.scope.unit.toUpperCase() } },
  };
  if (limit.scope.measure === "requests") return [question];
  return [
    { ...question, hits_addend: { number: 0 } },
    ...sizes[limit.scope.measure].map((size) => ({
      ...question,
      hits_addend: { format: perUnit === 1 ? size.bytes : `%CEL((${size.expression} + ${perUnit - 1}) / ${perUnit})%` },
      apply_on_stream_done: true,
    })),
  ];
}

const ofRequest = { bytes: "%BYTES_RECEIVED%", expression: "request.size" };
const ofResponse = { bytes: "%BYTES_SENT%", expression: "response.size" };

const sizes: Readonly<Record<Exclude<Measure, "requests">, readonly (typeof ofRequest)[]>> = {
  "request-bytes": [ofRequest],
  "response-bytes": [ofResponse],
  bytes: [ofRequest, ofResponse],
};

const kibibyte = 1024;

/** The service counts to 2^32 - 1: more bytes than that are counted by the KiB, each body's rounded up. */
function counting({ most }: ScopedLimit<"global">): { readonly units: number; readonly perUnit: number } {
  if (most < 2 ** 32) return { units: most, perUnit: 1 };
  return { units: Math.floor(most / kibibyte), perUnit: kibibyte };
}
