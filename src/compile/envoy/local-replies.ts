import { errors, errorType, type GatewayError, problemBody } from "./errors.ts";
import { type Message, typed } from "./json.ts";

/**
 * Envoy's own refusals by their response code details (envoy: "Response Code Details"); the first that matches decides. By details and
 * never by status, for a mock's or a backend's own 404 is no error of the gateway.
 */
const byDetails: readonly (readonly [pattern: string, error: GatewayError])[] = [
  ["route_not_found|cluster_not_found", errors.notFound],
  ["no_healthy_upstream|maintenance_mode|.*overflow.*", errors.backendUnavailable],
  [".*response_timeout|upstream_per_try.*|.*max_stream_duration.*", errors.backendTimeout],
  ["upstream.*", errors.backendUnreachable],
  ["request_overall_timeout|request_header_timeout|.*idle_timeout", errors.requestTimeout],
  ["request_payload_too_large|.*payload_exceeded.*", errors.bodyTooLarge],
  [".*headers_too_large|.*too_many_headers|.*headers_count.*", errors.headersTooLarge],
  ["low_version", errors.upgradeRequired],
  ["upgrade_failed.*", errors.upgradeRefused],
  [".*overload.*", errors.overloaded],
];

/** What Envoy refuses for any other reason; its status stands. */
const otherwise = { type: errorType("bad-request"), title: "Bad Request", status: "%RESPONSE_CODE%", detail: errors.badRequest.detail };

/** What routes answer directly when they refuse. Mocks' own errors never come this way: the mock backend answers them. */
const ofRoutes: readonly GatewayError[] = [errors.notFound, errors.methodNotAllowed, errors.unauthorized];

/**
 * The bodies of refusals (envoy: HttpConnectionManager.local_reply_config). They stand here once and not in each route. Only what Envoy
 * answers itself comes here, and an answer below 400 passes at its status alone.
 */
export function localReplies(): Message {
  return {
    mappers: [
      ...ofRoutes.map((error) => ({
        ...refused(`response.code_details == 'direct_response' && response.code == ${error.status}`),
        body_format_override: problemBody(error),
      })),
      ...byDetails.map(([pattern, error]) => ({
        ...refused(`response.code_details.matches('^(${pattern})$')`),
        status_code: error.status,
        body_format_override: problemBody(error),
      })),
      { ...refused("response.code_details != 'direct_response'"), body_format_override: problemBody(otherwise) },
    ],
  };
}

/** An answer of 400 and above for which an expression holds. */
const refused = (expression: string): Message => ({ filter: { and_filter: { filters: [error, holds(expression)] } } });

const error: Message = { status_code_filter: { comparison: { op: "GE", value: { default_value: 400, runtime_key: "portico.error" } } } };

const holds = (expression: string): Message => ({
  extension_filter: {
    name: "envoy.access_loggers.extension_filters.cel",
    typed_config: typed("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", { expression }),
  },
});
