import type { ApiModel, Operation } from "../../model/api.ts";
import { extension, type Message, onRoute, typed } from "./json.ts";
import { agentCluster, saidAddress } from "./names.ts";

const type = "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor";
const filterNames = { enforce: "portico.responses", report: "portico.responses-report" } as const;

const untouched = { request_header_mode: "SKIP", response_header_mode: "SKIP" };

/**
 * Sends answers to the policy agent, where routes say (envoy: ext_proc). What is enforced waits for what it says; of what is reported the agent gets a copy, and nothing waits. They stand
 * behind what compresses, so that answers come as the backend sent them.
 */
export const responseFilters: readonly Message[] = (["enforce", "report"] as const).map((strictness) => ({
  ...extension(filterNames[strictness], type, {
    grpc_service: { envoy_grpc: { cluster_name: agentCluster }, timeout: "0s", initial_metadata: saidAddress },
    stat_prefix: filterNames[strictness],
    processing_mode: untouched,
    // Whose answer it is: the gateway's own are none of a backend's.
    response_attributes: ["response.code_details", "request.method"],
    ...(strictness === "enforce" ? { message_timeout: "5s" } : { observability_mode: true }),
  }),
  disabled: true,
}));

/** What a route says for them. */
export function responseRules({ name }: ApiModel, { id, validation }: Operation): Message {
  if (validation?.response === undefined) return {};
  const { strictness, largestBytes = 0 } = validation.response;
  // Envoy would take a `%` for the begin of a command.
  const said = { "portico-api": name, "portico-operation": Buffer.from(id).toString("base64url"), "portico-largest": String(largestBytes) };
  const overrides = {
    processing_mode: {
      ...untouched,
      response_header_mode: "SEND",
      response_body_mode: strictness === "enforce" ? "BUFFERED" : "STREAMED",
    },
    grpc_initial_metadata: Object.entries({ ...said, "portico-strictness": strictness }).map(([key, value]) => ({ key, value })),
  };
  return {
    [filterNames[strictness]]: onRoute(typed("envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute", { overrides })),
  };
}

/** Envoy's bound on what it collects is the stream's, in both directions. */
export function collectedBytes({ validation, interception }: Operation): Message {
  const validated = validation?.response?.strictness === "enforce" ? validation.response.largestBytes : undefined;
  const most = Math.max(validated ?? 0, interception?.largestBytes ?? 0);
  return most === 0 ? {} : { request_body_buffer_limit: most };
}
