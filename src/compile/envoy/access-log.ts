import { extension, type Message } from "./json.ts";
import { ownMetadata } from "./names.ts";

/** A field of the matched route's identity. */
export const ofRoute = (field: string): string => `%METADATA(ROUTE:${ownMetadata}:${field})%`;

/** The request's id, or the one that its refusal got (envoy: command operators, COALESCE). */
const requestId = `%COALESCE(${JSON.stringify({ operators: ["REQ", "RESP"].map((command) => ({ command, param: "x-request-id" })) })})%`;

/**
 * One JSON line a request on stdout. Paths without their query, and no header but the request's id: neither a credential nor a query's
 * value can be in it (envoy: access log, command operators).
 */
export function accessLog(): Message {
  return extension("envoy.access_loggers.stdout", "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog", {
    log_format: {
      json_format: {
        time: "%START_TIME%",
        api: ofRoute("api"),
        operation: ofRoute("operation"),
        route: ofRoute("template"),
        method: "%REQ(:METHOD)%",
        path: "%PATH(NQ:ORIG_OR_PATH)%",
        protocol: "%PROTOCOL%",
        status: "%RESPONSE_CODE%",
        details: "%RESPONSE_CODE_DETAILS%",
        flags: "%RESPONSE_FLAGS%",
        durationMs: "%DURATION%",
        backendMs: "%RESPONSE_DURATION%",
        bytesIn: "%BYTES_RECEIVED%",
        bytesOut: "%BYTES_SENT%",
        requestId,
        client: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
      },
    },
  });
}
