import type { ErrorForm } from "../../model/error-form.ts";
import { type GatewayError, interceptorDetails, invalidResponseDetails } from "../../model/gateway-error.ts";
import { type Counted, countedTogether } from "../../model/limit.ts";
import { addressPolicy } from "./client-addresses.ts";
import {
  agentBlocked,
  agentChecked,
  agentMetadata,
  authenticatedPrefix,
  blockedPolicy,
  failedTokens,
  rbacMetadata,
  tokenMetadata,
} from "./credential-names.ts";
import { holds, detailsAre as is, refusedUnclean, statusIs } from "./details.ts";
import { errors, ownIdHeader, problemBody, requestIdHeader } from "./errors.ts";
import type { Message } from "./json.ts";
import { functionsField, maintenanceField, ownMetadata } from "./names.ts";
import { overLimit, type Refusal, refusalHeader, saysWhy } from "./refusals.ts";
import { badCredential, badToken, genuineOnce } from "./shown-credentials.ts";
import { transportPolicy } from "./transports.ts";
import { faultBody } from "./wso2-faults.ts";

const startsWith = (...beginnings: readonly string[]): string =>
  beginnings.map((beginning) => `response.code_details.startsWith(${JSON.stringify(beginning)})`).join(" || ");
const endsWith = (...ends: readonly string[]): string =>
  ends.map((end) => `response.code_details.endsWith(${JSON.stringify(end)})`).join(" || ");

/** A backend that broke off before it answered; the cause follows: `{connection_termination}`, `{protocol_error}`, `{overflow}`. */
const broken = "upstream_reset_before_response_started";

/**
 * Envoy's own refusals by their response code details (envoy: "Response Code Details"); the first that holds decides. By details and
 * never by status, for a mock's or a backend's own 404 is no error of the gateway.
 */
const byDetails: readonly (readonly [condition: string, error: GatewayError, unclean?: true])[] = [
  // `OPTIONS *`.
  [is("absolute_path_rejected"), errors.notFound, true],
  [is("low_version"), errors.upgradeRequired, true],
  [is("overload"), errors.overloaded, true],
  [refusedUnclean, errors.badRequest, true],
  [is("route_not_found"), errors.notFound],
  // A QUERY has content, and must say what it is.
  [is("query_missing_content_type"), errors.badRequest],
  [
    `${is("no_healthy_upstream", "cluster_not_found", "maintenance_mode")} || ${startsWith(`${broken}{overflow`)}`,
    errors.backendUnavailable,
  ],
  [startsWith(broken), errors.backendUnreachable],
  [
    is("response_timeout", "upstream_per_try_timeout", "upstream_per_try_idle_timeout", "upstream_max_stream_duration_reached"),
    errors.backendTimeout,
  ],
  [is("request_header_timeout", "request_overall_timeout"), errors.requestTimeout],
  [is("request_payload_too_large", "request_payload_exceeded_retry_buffer_limit"), errors.bodyTooLarge],
  [endsWith(".headers_too_large", ".too_many_headers"), errors.headersTooLarge],
  [is("http1.invalid_transfer_encoding"), errors.notImplemented],
  [is("upgrade_failed"), errors.upgradeRefused],
  [startsWith("http.", "http1.", "http2."), errors.badRequest],
];

/** Who was silent too long: Envoy answers 408 while the request is not complete, and 504 after that. */
const ofIdleStreams: readonly GatewayError[] = [errors.requestTimeout, errors.backendTimeout];

/** What routes answer directly when they refuse. Mocks' own errors never come this way: the mock backend answers them. */
const ofRoutes: readonly GatewayError[] = [errors.notFound, errors.methodNotAllowed, errors.bodyTooLarge];

const denial = startsWith("rbac_access_denied_matched_policy[");
const found = (filter: string, key: string): string => `metadata.filter_metadata[${JSON.stringify(filter)}][${JSON.stringify(key)}]`;
/** The challenge that a route has for a case. */
const challenge = (name: string): Message => ({ header: { key: "www-authenticate", value: `%METADATA(ROUTE:${ownMetadata}:${name})%` } });
/** Envoy's words (jwt_verify_lib: getStatusString) for an issuer that does not answer, and for a token whose time is over. */
const keysNotFetched = "Jwks remote fetch is failed";
const isOver = "Jwt is expired";

/** In CEL one that holds is enough, whatever is not there to be asked. */
const someTokenFailed = (message: string): string =>
  failedTokens.map((key) => `${found(tokenMetadata, key)}.message == ${JSON.stringify(message)}`).join(" || ");

/** That the policy agent is asked here, and that it, or whom it asks, gave no answer. */
const agentSilent = (() => {
  const all = "metadata.filter_metadata";
  const asks = `xds.route_metadata.filter_metadata[${JSON.stringify(ownMetadata)}].asksAgent == true`;
  const isChecked = `(${JSON.stringify(agentMetadata)} in ${all} && ${JSON.stringify(agentChecked)} in ${all}[${JSON.stringify(agentMetadata)}])`;
  return `${asks} && !${isChecked}`;
})();

/** That functions see messages here: without the policy agent they are not called. */
const seenByFunctions = `xds.route_metadata.filter_metadata[${JSON.stringify(ownMetadata)}].${functionsField} == true`;

/** What the decisions about credentials refuse; the first that holds decides. */
const ofAccess: readonly (readonly [condition: string, refusal: Refusal, error: GatewayError, headers: readonly Message[]])[] = [
  [is(`rbac_access_denied_matched_policy[${addressPolicy}]`), "address", errors.addressRefused, []],
  [is(`rbac_access_denied_matched_policy[${transportPolicy}]`), "transport", errors.transportRefused, []],
  [`${denial} && (${someTokenFailed(keysNotFetched)})`, "unchecked", errors.credentialUnchecked, []],
  [`${denial} && ${agentSilent}`, "unchecked", errors.credentialUnchecked, []],
  [is(`rbac_access_denied_matched_policy[${blockedPolicy}]`), "blocked", errors.forbidden, []],
  [`${denial} && ${found(agentMetadata, agentBlocked)} == true`, "blocked", errors.forbidden, []],
  [
    `${denial} && (${found(rbacMetadata, `${authenticatedPrefix}enforced_engine_result`)} == "allowed" || (${genuineOnce}))`,
    "not-allowed",
    errors.forbidden,
    [challenge("insufficient")],
  ],
  [`${denial} && (${someTokenFailed(isOver)})`, "expired", errors.unauthorized, [challenge("invalid")]],
  [`${denial} && (${badToken})`, "bad-credential", errors.unauthorized, [challenge("invalid")]],
  [`${denial} && (${badCredential})`, "bad-credential", errors.unauthorized, [challenge("challenge")]],
  [denial, "no-credential", errors.unauthorized, [challenge("challenge")]],
];

/**
 * The bodies of refusals (envoy: HttpConnectionManager.local_reply_config). They stand here once and not in each route. Only what Envoy
 * answers itself comes here, and an answer below 400 passes at its status alone.
 */
export function localReplies(form: ErrorForm): { readonly mappers: readonly Message[] } {
  const refusal = (error: GatewayError, condition: string, idHeader = requestIdHeader): Message =>
    mapper(error, condition, idHeader, bodyOf(form, error, undefined));
  const notLetIn = (error: GatewayError, condition: string, why: Refusal, headers: readonly Message[] = []): Message =>
    mapper(error, condition, [...requestIdHeader, saysWhy(why), ...headers], bodyOf(form, error, why));
  const ofRoute = (error: GatewayError): string => `${is("direct_response")} && response.code == ${error.status}`;
  return {
    mappers: [
      ...ofRoutes.map((error) => refusal(error, ofRoute(error))),
      notLetIn(errors.unauthorized, ofRoute(errors.unauthorized), "nothing-checks"),
      ...ofAccess.map(([condition, why, error, headers]) => notLetIn(error, condition, why, headers)),
      madeOnPurpose(form),
      mapper(errors.maintenance, ofRoute(errors.maintenance), requestIdHeader, maintenanceBody(form)),
      ...countedTogether.map((counted) => tooMuch(form, counted)),
      ...ofInterceptors(form),
      ...ofValidation(form),
      notLetIn(errors.limitUncounted, is("rate_limiter_error"), "uncounted"),
      ...ofIdleStreams.map((error) => refusal(error, `${is("stream_idle_timeout")} && response.code == ${error.status}`)),
      ...byDetails.map(([condition, error, unclean]) => refusal(error, condition, unclean ? ownIdHeader : requestIdHeader)),
      refusal(errors.internal, "true"),
    ],
  };
}

/** Of messages that are not what their document says the policy agent says the whole answer. */
const ofValidation = (form: ErrorForm): readonly Message[] => [
  {
    filter: { and_filter: { filters: [statusIs("GE", 400), holds(is("ext_authz_denied"))] } },
    headers_to_add: [...requestIdHeader, saysWhy("invalid")],
    body_format_override: {
      text_format_source: { inline_string: "%LOCAL_REPLY_BODY%" },
      content_type: form === "wso2" ? "application/json" : "application/problem+json",
    },
  },
  mapper(
    errors.invalidResponse,
    is(invalidResponseDetails),
    [...requestIdHeader, saysWhy("invalid-response")],
    bodyOf(form, errors.invalidResponse, undefined),
  ),
  mapper(errors.responseTooLarge, is("response_payload_too_large"), requestIdHeader, bodyOf(form, errors.responseTooLarge, undefined)),
  mapper(
    errors.responseUnchecked,
    startsWith("ext_proc"),
    [...requestIdHeader, saysWhy("unchecked")],
    bodyOf(form, errors.responseUnchecked, undefined),
  ),
  mapper(
    errors.requestUnchecked,
    is("ext_authz_error"),
    [...requestIdHeader, saysWhy("unchecked")],
    bodyOf(form, errors.requestUnchecked, undefined),
  ),
];

/** What a function answers goes out as it is. */
const ofInterceptors = (form: ErrorForm): readonly Message[] => [
  { filter: holds(is(interceptorDetails.answer)), headers_to_add: requestIdHeader },
  ...(
    [
      [errors.interceptorFailed, `${is(interceptorDetails.failed)} || (${startsWith("ext_proc")} && ${seenByFunctions})`],
      [errors.badRequest, is(interceptorDetails.unfit)],
      [errors.overloaded, is(interceptorDetails.overloaded)],
    ] as const
  ).map(([error, condition]) => mapper(error, condition, [...requestIdHeader, saysWhy("interceptor")], bodyOf(form, error, undefined))),
];

/** Its status is the one that the operation says. */
const madeOnPurpose = (form: ErrorForm): Message => ({
  filter: { and_filter: { filters: [statusIs("GE", 400), holds(is("fault_filter_abort"))] } },
  headers_to_add: requestIdHeader,
  body_format_override: form === "wso2" ? faultBody(errors.fault, undefined) : problemBody(errors.fault, { status: "%RESPONSE_CODE%" }),
});

/** What an operation says of it stands with its route. */
const maintenanceBody = (form: ErrorForm): Message => {
  const detail = `%METADATA(ROUTE:${ownMetadata}:${maintenanceField})%`;
  return bodyOf(form, { ...errors.maintenance, detail }, undefined);
};

/** Which limit it was stands in the header that the filter has added. */
const tooMuch = (form: ErrorForm, counted: Counted): Message => {
  const why = overLimit[counted];
  const condition = `${is("local_rate_limited", "request_rate_limited")} && response.headers[${JSON.stringify(refusalHeader)}] == ${JSON.stringify(why)}`;
  const body = form === "wso2" ? faultBody(errors.overLimit, why) : problemBody(errors.overLimit, { limit: counted });
  return mapper(errors.overLimit, condition, requestIdHeader, body);
};

const bodyOf = (form: ErrorForm, error: GatewayError, why: Refusal | undefined): Message =>
  form === "wso2" ? faultBody(error, why) : problemBody(error);

/** An answer of 400 and above for which a condition holds becomes an error. */
const mapper = (error: GatewayError, condition: string, headers: readonly Message[], body: Message): Message => ({
  filter: { and_filter: { filters: [statusIs("GE", 400), holds(condition)] } },
  status_code: error.status,
  headers_to_add: headers,
  body_format_override: body,
});
