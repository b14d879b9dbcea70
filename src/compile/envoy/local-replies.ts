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

/** The bodies of Envoy's own refusals (envoy: HttpConnectionManager.local_reply_config). What routes answer directly stays as it is. */
export function localReplies(): Message {
  return {
    mappers: [
      ...byDetails.map(([pattern, error]) => ({
        ...when(`response.code_details.matches('^(${pattern})$')`),
        status_code: error.status,
        body_format_override: problemBody(error),
      })),
      { ...when("response.code_details != 'direct_response'"), body_format_override: problemBody(otherwise) },
    ],
  };
}

const when = (expression: string): Message => ({
  filter: {
    extension_filter: {
      name: "envoy.access_loggers.extension_filters.cel",
      typed_config: typed("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", { expression }),
    },
  },
});
