import { holds, notNormalised, refusedUnclean, statusIs } from "./details.ts";
import { extension, type Message } from "./json.ts";
import { ownMetadata } from "./names.ts";
import { refusalReason } from "./refusals.ts";
import { violationsFound } from "./validation.ts";

/** A field of the matched route's identity. */
export const ofRoute = (field: string): string => `%METADATA(ROUTE:${ownMetadata}:${field})%`;

/** The id that the answer has: the request's, or the one that its refusal got (envoy: command operators, COALESCE). Without an answer, the request's. */
const requestId = `%COALESCE(${JSON.stringify({ operators: ["RESP", "REQ"].map((command) => ({ command, param: "x-request-id" })) })})%`;

/**
 * One JSON line a request on stdout. Paths without their query, and no header but the request's id: neither a credential nor a query's
 * value can be in it (envoy: access log, command operators).
 */
export function accessLogs(): readonly Message[] {
  const refused = (condition: string, path: string | null): Message => ({
    filter: { and_filter: { filters: [statusIs("GE", 400), holds(condition)] } },
    ...lines(path),
  });
  return [
    // The path that was asked for is in a header of Envoy's own once the backend is asked for another one.
    { filter: { or_filter: { filters: [statusIs("LE", 399), holds(`!(${refusedUnclean})`)] } }, ...lines("%PATH(NQ:ORIG_OR_PATH)%") },
    // Here a client could have written that header.
    refused(`${refusedUnclean} && !(${notNormalised})`, "%PATH(NQ:PATH)%"),
    // What Envoy refuses to normalise it has decoded by then: the path that was asked for is nowhere.
    refused(notNormalised, null),
  ];
}

const lines = (path: string | null): Message =>
  extension("envoy.access_loggers.stdout", "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog", {
    log_format: {
      json_format: {
        time: "%START_TIME%",
        api: ofRoute("api"),
        operation: ofRoute("operation"),
        route: ofRoute("template"),
        method: "%REQ(:METHOD)%",
        path,
        protocol: "%PROTOCOL%",
        status: "%RESPONSE_CODE%",
        details: "%RESPONSE_CODE_DETAILS%",
        refusal: refusalReason,
        violations: violationsFound,
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
