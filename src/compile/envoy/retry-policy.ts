import type { Retry } from "../../model/backend.ts";
import { extension, type Message } from "./json.ts";

/** Where no request reached the backend: the connection failed, or the backend refused the stream before it did anything. */
const reachedNobody = ["connect-failure", "refused-stream", "reset-before-request"];

/**
 * When a request is sent again (envoy: config.route.v3.RetryPolicy): to another target where there is one, and to another group. Pauses grow to the double each time, with
 * jitter.
 */
export function retryPolicy({ attempts, statuses, methods, perTryTimeoutMs, backoffMs, maxBackoffMs }: Retry): Message {
  const after = statuses.length === 0 ? reachedNobody : [...reachedNobody, "reset", "retriable-status-codes"];
  return {
    retry_on: after.join(","),
    num_retries: attempts,
    ...(statuses.length === 0 ? {} : { retriable_status_codes: statuses }),
    ...(methods === undefined
      ? {}
      : { retriable_request_headers: methods.map((method) => ({ name: ":method", string_match: { exact: method } })) }),
    ...(perTryTimeoutMs === undefined ? {} : { per_try_timeout: inSeconds(perTryTimeoutMs) }),
    ...(backoffMs === undefined && maxBackoffMs === undefined ? {} : { retry_back_off: pauses(backoffMs, maxBackoffMs) }),
    retry_priority: extension(
      "envoy.retry_priorities.previous_priorities",
      "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
      { update_frequency: 1 },
    ),
    retry_host_predicate: [
      extension("envoy.retry_host_predicates.previous_hosts", "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
    ],
    host_selection_retry_max_attempts: 3,
  };
}

/** The longest time that Envoy takes, all but: it counts nanoseconds in 63 bits. */
const longestMs = 9_000_000_000_000;

/** Envoy's own first pause, where nothing is said: 25 ms. */
function pauses(first = 25, most = Math.min(first * 10, longestMs)): Message {
  const base = Math.max(1, first);
  return { base_interval: inSeconds(base), max_interval: inSeconds(Math.max(base, most)) };
}

/** Milliseconds as Envoy reads a duration. */
export const inSeconds = (ms: number): string => `${ms / 1000}s`;
