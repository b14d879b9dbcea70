import type { ApiModel, Operation } from "../../model/api.ts";
import { violationsKey } from "../../model/validation.ts";
import { agentMetadata } from "./credential-names.ts";
import { extension, type Message, mostOf32Bits, onRoute, typed } from "./json.ts";
import { agentCluster, saidAddress } from "./names.ts";

const type = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz";
const filterNames = { enforce: "portico.validation", report: "portico.validation-report" } as const;

/** Longer than the policy agent takes for any request. */
const timeout = "5s";

/**
 * Asks the policy agent whether requests are what their document says, where routes say (envoy: ext_authz). Where it gives no answer, nothing is let through that has to be right, and
 * all that is only reported.
 */
export const validationFilters: readonly Message[] = (["enforce", "report"] as const).map((strictness) => ({
  ...extension(filterNames[strictness], type, {
    grpc_service: { envoy_grpc: { cluster_name: agentCluster }, timeout, initial_metadata: saidAddress },
    transport_api_version: "V3",
    stat_prefix: filterNames[strictness],
    failure_mode_allow: strictness === "report",
    // That bodies are bytes is heeded here alone.
    with_request_body: { max_request_bytes: 1, pack_as_bytes: true },
    status_on_error: { code: "ServiceUnavailable" },
  }),
  disabled: true,
}));

/** What a route says for them. A larger body than is looked at ends a request that is enforced, and of one that is reported nobody waits for more. */
export function validationRules({ name }: ApiModel, { id, validation }: Operation): Message {
  if (validation?.request === undefined) return {};
  const { strictness, largestBytes } = validation.request;
  const body =
    largestBytes === undefined
      ? { disable_request_body_buffering: true }
      : {
          with_request_body: {
            max_request_bytes: Math.min(largestBytes, mostOf32Bits),
            allow_partial_message: strictness === "report",
            pack_as_bytes: true,
          },
        };
  const settings = { context_extensions: { api: name, operation: id, strictness }, ...body };
  return {
    [filterNames[strictness]]: onRoute(typed("envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", { check_settings: settings })),
  };
}

/** How many violations a request has that was let through, as an access log writes it. */
export const violationsFound = `%DYNAMIC_METADATA(${agentMetadata}:${violationsKey})%`;

/** Holds for requests that were let through although they are not what their document says. */
export const isViolation: Message = {
  metadata_filter: {
    matcher: { filter: agentMetadata, path: [{ key: violationsKey }], value: { present_match: true } },
    match_if_key_not_found: false,
  },
};
