import type { Backend, BackendCare, Balancing, Circuit, Ejection, HealthCheck } from "../../model/backend.ts";
import { type Message, mostOf32Bits, typed } from "./json.ts";
import { httpOptions } from "./names.ts";
import { inSeconds } from "./retry-policy.ts";

/** What a cluster has for a backend beside its addresses: how it is spoken to, and what is done when it fails. */
export function careFields({ care, targets }: Backend, filters: readonly Message[]): Message {
  const hasGroups = targets.some(({ group }) => group > 0);
  return {
    lb_policy: policies[care.balancing.policy],
    circuit_breakers: { thresholds: [thresholds(care, hasGroups)] },
    ...outliers(care),
    ...(care.check === undefined ? {} : { health_checks: [healthCheck(care.check, care.http)] }),
    // Else Envoy would send requests to targets that fail as soon as most of them do.
    ...(hasGroups || care.circuit !== undefined || care.check !== undefined
      ? { common_lb_config: { healthy_panic_threshold: { value: 0 } } }
      : {}),
    typed_extension_protocol_options: { [httpOptions]: typed(httpOptions, protocolOptions(care, filters)) },
  };
}

const policies: Readonly<Record<Balancing["policy"], string>> = {
  roundRobin: "ROUND_ROBIN",
  leastRequest: "LEAST_REQUEST",
  ringHash: "RING_HASH",
  random: "RANDOM",
};

/** So much of a backend's requests may be repetitions where nothing is said and there is one group, and always so many at once. */
const budget = 20;
const fewRetries = 3;

/**
 * A budget is a share of the requests under way (envoy: CircuitBreakers.Thresholds.RetryBudget). One that waits for its repetition is none of them, so that the share of a
 * backend that refuses all at once is next to nothing: to another group all may go.
 */
const repetitions = (percent: number): Message =>
  percent === 100
    ? { max_retries: mostOf32Bits }
    : { retry_budget: { budget_percent: { value: percent }, min_retry_concurrency: fewRetries } };

function thresholds({ most, retryBudgetPercent }: BackendCare, hasGroups: boolean): Message {
  return {
    ...(most.connections === undefined ? {} : { max_connections: most.connections }),
    ...(most.pendingRequests === undefined ? {} : { max_pending_requests: most.pendingRequests }),
    ...(most.requests === undefined ? {} : { max_requests: most.requests }),
    ...repetitions(retryBudgetPercent ?? (hasGroups ? 100 : budget)),
  };
}

function protocolOptions({ http, idleTimeoutMs, most, balancing, circuit }: BackendCare, filters: readonly Message[]): Message {
  const common = {
    ...(idleTimeoutMs === undefined ? {} : { idle_timeout: inSeconds(idleTimeoutMs) }),
    ...(most.requestsPerConnection === undefined ? {} : { max_requests_per_connection: most.requestsPerConnection }),
  };
  const streams = most.streamsPerConnection === undefined ? {} : { max_concurrent_streams: most.streamsPerConnection };
  const http2 = { ...streams, connection_keepalive: asksForLife };
  return {
    ...(Object.keys(common).length === 0 ? {} : { common_http_protocol_options: common }),
    explicit_http_config: http === "2" ? { http2_protocol_options: http2 } : { http_protocol_options: {} },
    ...(filters.length === 0 ? {} : { http_filters: filters }),
    ...(balancing.policy === "ringHash" ? { hash_policy: [hashPolicy(balancing.by)] } : {}),
    ...(circuit === undefined || circuit.statuses.length === 0 ? {} : { outlier_detection: { error_matcher: failures(circuit.statuses) } }),
  };
}

/**
 * Requests that are too late end a connection of HTTP/1.1, and none of HTTP/2: all would wait on one that is dead. So a new request asks first where
 * nothing came for a while, and only then: servers of gRPC end connections that ask more often than they are asked.
 */
const asksForLife: Message = { connection_idle_interval: "5s", timeout: "15s" };

function hashPolicy(by: Extract<Balancing, { policy: "ringHash" }>["by"]): Message {
  if (by.kind === "address") return { connection_properties: { source_ip: true } };
  return by.kind === "header" ? { header: { header_name: by.name } } : { cookie: { name: by.name } };
}

/** The answers that count as failures (envoy: config.common.matcher.v3.MatchPredicate). */
function failures(statuses: readonly number[]): Message {
  const rules = statuses.map((status) => ({
    http_response_headers_match: { headers: [{ name: ":status", string_match: { exact: String(status) } }] },
  }));
  return rules.length === 1 && rules[0] !== undefined ? rules[0] : { or_match: { rules } };
}

/** One way to take targets out at a time: by their errors in a row, or by the share of them (envoy: OutlierDetection). */
function outliers({ circuit, ejection }: BackendCare): Message {
  if (circuit === undefined && ejection === undefined) return {};
  return {
    outlier_detection: {
      ...off,
      ...(ejection === undefined ? {} : byErrors(ejection)),
      ...(circuit === undefined ? {} : byShare(circuit)),
    },
  };
}

const off: Message = { enforcing_consecutive_5xx: 0, enforcing_consecutive_gateway_failure: 0, enforcing_success_rate: 0 };

const byErrors = ({ consecutiveErrors, intervalMs, ejectionMs, maxEjectedPercent }: Ejection): Message => ({
  consecutive_5xx: consecutiveErrors,
  enforcing_consecutive_5xx: 100,
  interval: inSeconds(intervalMs),
  base_ejection_time: inSeconds(ejectionMs),
  max_ejection_percent: maxEjectedPercent,
});

const byShare = ({ windowMs, minRequests, failurePercent, openMs }: Circuit): Message => ({
  failure_percentage_threshold: Math.max(1, failurePercent),
  enforcing_failure_percentage: 100,
  failure_percentage_minimum_hosts: 1,
  failure_percentage_request_volume: minRequests,
  interval: inSeconds(windowMs),
  base_ejection_time: inSeconds(openMs),
  max_ejection_time: inSeconds(openMs),
  max_ejection_percent: 100,
});

/** Asks as a client would: the target's own name is in Host. */
const healthCheck = (check: HealthCheck, http: BackendCare["http"]): Message => ({
  timeout: inSeconds(check.timeoutMs),
  interval: inSeconds(check.intervalMs),
  no_traffic_interval: inSeconds(check.intervalMs),
  healthy_threshold: check.healthyThreshold,
  unhealthy_threshold: check.unhealthyThreshold,
  ...(check.path === undefined
    ? { grpc_health_check: {} }
    : {
        http_health_check: {
          path: check.path,
          expected_statuses: check.statuses.map((status) => ({ start: status, end: status + 1 })),
          ...(http === "2" ? { codec_client_type: "HTTP2" } : {}),
        },
      }),
});
