import { type GatewayError, gatewayError, validationErrors } from "../../model/gateway-error.ts";
import { type Message, overwriteWith } from "./json.ts";

export const errors = {
  notFound: gatewayError("not-found", 404, "Not Found", "No operation of this API has this path."),
  methodNotAllowed: gatewayError(
    "method-not-allowed",
    405,
    "Method Not Allowed",
    "The path has no operation with this method; the Allow header names those it has.",
  ),
  unauthorized: gatewayError(
    "unauthorized",
    401,
    "Unauthorized",
    "The operation needs a credential that is accepted here; the WWW-Authenticate header says which.",
  ),
  forbidden: gatewayError("forbidden", 403, "Forbidden", "The credential is genuine, and does not allow this operation."),
  addressRefused: gatewayError("address-refused", 403, "Forbidden", "Requests from the client's address are not let in here."),
  transportRefused: gatewayError(
    "transport-refused",
    403,
    "Forbidden",
    "The API is not called in this way: use https in place of http, or http in place of https.",
  ),
  credentialUnchecked: gatewayError(
    "credential-unchecked",
    503,
    "Service Unavailable",
    "The credential cannot be checked now: who knows whether it is good gives no answer.",
  ),
  badRequest: gatewayError(
    "bad-request",
    400,
    "Bad Request",
    "The request is not well-formed, its path is not safe, or a header's name has an underscore.",
  ),
  ...validationErrors,
  requestUnchecked: gatewayError(
    "request-unchecked",
    503,
    "Service Unavailable",
    "The request cannot be held against the API's document now: what does that gives no answer.",
  ),
  invalidResponse: gatewayError(
    "invalid-response",
    502,
    "Bad Gateway",
    "The backend's answer is not what the API's document says; the policy agent's log says in what.",
  ),
  responseTooLarge: gatewayError(
    "response-too-large",
    502,
    "Bad Gateway",
    "The backend's answer is larger than the gateway collects, to keep it or to hold it against the API's document.",
  ),
  responseUnchecked: gatewayError(
    "response-unchecked",
    503,
    "Service Unavailable",
    "The backend's answer cannot be held against the API's document now: what does that gives no answer.",
  ),
  interceptorFailed: gatewayError(
    "interceptor-failed",
    500,
    "Internal Server Error",
    "A function of the API's owner that sees its messages failed; the policy agent's log says how.",
  ),
  overLimit: gatewayError(
    "over-limit",
    429,
    "Too Many Requests",
    "More requests came than are let through in the time; the Retry-After header says when to try again.",
  ),
  limitUncounted: gatewayError(
    "limit-uncounted",
    503,
    "Service Unavailable",
    "A limit cannot be counted now: what counts for all gateways gives no answer.",
  ),
  requestTimeout: gatewayError("request-timeout", 408, "Request Timeout", "The request did not arrive in time."),
  bodyTooLarge: gatewayError("body-too-large", 413, "Content Too Large", "The request's body is larger than the gateway takes."),
  headersTooLarge: gatewayError(
    "headers-too-large",
    431,
    "Request Header Fields Too Large",
    "The request's header fields are more or larger than the gateway takes.",
  ),
  upgradeRequired: gatewayError("upgrade-required", 426, "Upgrade Required", "The request's version of HTTP is not spoken here."),
  upgradeRefused: gatewayError("upgrade-refused", 403, "Forbidden", "The operation does not take this upgrade of the connection."),
  backendUnreachable: gatewayError("backend-unreachable", 502, "Bad Gateway", "The backend could not be reached, or broke off its answer."),
  backendUnavailable: gatewayError("backend-unavailable", 503, "Service Unavailable", "No backend can take the request now."),
  backendTimeout: gatewayError("backend-timeout", 504, "Gateway Timeout", "The backend did not answer in time."),
  fault: gatewayError(
    "fault",
    500,
    "Fault",
    "The gateway made this fault on purpose, as the operation says: nothing is wrong with the backend.",
  ),
  maintenance: gatewayError("maintenance", 503, "Service Unavailable", "The operation is being worked on. Ask again later."),
  notImplemented: gatewayError(
    "not-implemented",
    501,
    "Not Implemented",
    "The request's transfer coding is not one that the gateway knows.",
  ),
  overloaded: gatewayError("overloaded", 503, "Service Unavailable", "The gateway has more to do than it can."),
  notMounted: gatewayError(
    "not-mounted",
    503,
    "Service Unavailable",
    "The gateway runs without its environment: mount the folder `mounted` that `portico build --out` writes at /gateway/mounted.",
  ),
  internal: gatewayError("internal", 500, "Internal Server Error", "The gateway could not answer; its access log says more."),
} as const satisfies Readonly<Record<string, GatewayError>>;

/**
 * The request's id in an error's header. Envoy refuses what is no HTTP before it gives the request an id: such an error gets one of its own.
 */
export const requestIdHeader: readonly Message[] = ["%UNIQUE_ID%", "%REQ(X-REQUEST-ID)%"].map(idHeader);

/** The same where the request's headers are still what the client says. */
export const ownIdHeader: readonly Message[] = [idHeader("%UNIQUE_ID%")];

/** The header of an answer with the request's id. */
export function idHeader(value: string): Message {
  return overwriteWith("x-request-id", value);
}

/** The body of an error, with the id that its header has. A substitution format string of Envoy's: `%` begins a command. */
export function problemBody({ type, title, status, detail }: GatewayError, more: Message = {}): Message {
  return {
    json_format: { type, title, status, detail, ...more, requestId: "%RESP(X-REQUEST-ID)%" },
    content_type: "application/problem+json",
  };
}
