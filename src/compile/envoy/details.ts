import { type Message, typed } from "./json.ts";

/** A condition on the response code details, in CEL. Its regular expressions are kept so small in Envoy that texts are compared instead. */
export const detailsAre = (...details: readonly string[]): string => `response.code_details in ${JSON.stringify(details)}`;

/** A filter for what a condition in CEL holds for (envoy: access_loggers.filters.cel). */
export const holds = (expression: string): Message => ({
  extension_filter: {
    name: "envoy.access_loggers.extension_filters.cel",
    typed_config: typed("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", { expression }),
  },
});

/** A filter for answers with such a status. */
export const statusIs = (op: "GE" | "LE" | "EQ", status: number): Message => ({
  status_code_filter: { comparison: { op, value: { default_value: status, runtime_key: `portico.status.${op}.${status}` } } },
});

/** A path that is not safe: an escaped slash in it, a NUL, a fragment. */
export const notNormalised = detailsAre("path_normalization_failed");

/**
 * Requests that are refused before Envoy takes away what only Envoy may say (envoy: "HTTP header sanitizing"): all of their headers, the
 * request's id too, are what the client wrote.
 */
export const refusedUnclean = detailsAre(
  "absolute_path_rejected",
  "invalid_path",
  "low_version",
  "missing_host_header",
  "missing_path_rejected",
  "overload",
  "path_normalization_failed",
);
