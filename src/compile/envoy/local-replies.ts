import { errors, type GatewayError, problemBody, requestIdHeader } from "./errors.ts";
import { type Message, typed } from "./json.ts";

/**
 * Envoy's own refusals by their response code details (envoy: "Response Code Details"); the first that matches decides. By details and
 * never by status, for a mock's or a backend's own 404 is no error of the gateway. Each was seen, or cannot be brought about from outside and
 * stands in Envoy's list.
 */
const byDetails: readonly (readonly [details: string, error: GatewayError])[] = [
  // `OPTIONS *` is the second.
  ["route_not_found|absolute_path_rejected", errors.notFound],
  ["no_healthy_upstream|cluster_not_found|maintenance_mode|upstream_reset_before_response_started\\{overflow.*", errors.backendUnavailable],
  // Followed by the cause: `{remote_connection_failure|...}`, `{connection_termination}`, `{protocol_error}`.
  ["upstream_reset_before_response_started.*", errors.backendUnreachable],
  ["response_timeout|upstream_per_try_(idle_)?timeout|upstream_max_stream_duration_reached|max_duration_timeout", errors.backendTimeout],
  ["request_header_timeout|request_overall_timeout", errors.requestTimeout],
  ["request_payload_too_large|request_payload_exceeded_retry_buffer_limit", errors.bodyTooLarge],
  ["http[123]\\.(headers_too_large|too_many_headers)", errors.headersTooLarge],
  ["http1\\.invalid_transfer_encoding", errors.notImplemented],
  ["low_version", errors.upgradeRequired],
  ["upgrade_failed", errors.upgradeRefused],
  ["overload", errors.overloaded],
  [
    "http[123]?\\..*|missing_host_header|missing_path_rejected|invalid_path|path_normalization_failed|request_headers_failed_strict_check",
    errors.badRequest,
  ],
];

/** Who was silent too long: Envoy answers 408 while the request is not complete, and 504 after that. */
const ofIdleStreams: readonly GatewayError[] = [errors.requestTimeout, errors.backendTimeout];

/** What routes answer directly when they refuse. Mocks' own errors never come this way: the mock backend answers them. */
const ofRoutes: readonly GatewayError[] = [errors.notFound, errors.methodNotAllowed, errors.unauthorized];

/**
 * The bodies of refusals (envoy: HttpConnectionManager.local_reply_config). They stand here once and not in each route. Only what Envoy
 * answers itself comes here, and an answer below 400 passes at its status alone.
 */
export function localReplies(): Message {
  return {
    mappers: [
      ...ofRoutes.map((error) => refusal(`response.code_details == 'direct_response' && response.code == ${error.status}`, error)),
      ...ofIdleStreams.map((error) => refusal(`response.code_details == 'stream_idle_timeout' && response.code == ${error.status}`, error)),
      ...byDetails.map(([details, error]) => refusal(`response.code_details.matches('^(${details})$')`, error)),
      refusal("response.code_details != 'direct_response'", errors.internal),
    ],
  };
}

/** An answer of 400 and above for which an expression holds becomes an error. */
const refusal = (expression: string, error: GatewayError): Message => ({
  filter: { and_filter: { filters: [isError, holds(expression)] } },
  status_code: error.status,
  headers_to_add: requestIdHeader,
  body_format_override: problemBody(error),
});

const isError: Message = { status_code_filter: { comparison: { op: "GE", value: { default_value: 400, runtime_key: "portico.error" } } } };

const holds = (expression: string): Message => ({
  extension_filter: {
    name: "envoy.access_loggers.extension_filters.cel",
    typed_config: typed("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", { expression }),
  },
});
