import type { Access, ApiModel, Operation } from "../../model/api.ts";
import { type Security, securitiesIn } from "../../model/security.ts";
import { interceptorFolder } from "../interceptor-files.ts";
import { agentMetadata, rbacMetadata, tokenMetadata } from "./credential-names.ts";
import { extension, type Message, onRoute, typed } from "./json.ts";
import { functionsCluster, saidAddress } from "./names.ts";

const name = "portico.interceptors";
const type = "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor";

const untouched = { request_header_mode: "SKIP", response_header_mode: "SKIP" };

/**
 * Shows messages to somebody's own functions, which the policy agent runs, where routes say (envoy: ext_proc). It stands next to the backend: a request is let in, counted and found to be what its document says
 * before functions see it, and what they make of a response is held against the document, and compressed, after that.
 */
export const interceptorFilter: Message = {
  ...extension(name, type, {
    grpc_service: { envoy_grpc: { cluster_name: functionsCluster }, timeout: "0s", initial_metadata: saidAddress },
    stat_prefix: name,
    processing_mode: untouched,
    // Longer than any function may take: the policy agent ends it before.
    message_timeout: "35s",
    response_attributes: ["response.code_details", "request.method", "request.path"],
    metadata_options: { forwarding_namespaces: { untyped: [tokenMetadata, agentMetadata, rbacMetadata] } },
  }),
  disabled: true,
};

/** What a route says for it. Who calls is told only by credentials without which nobody does: another may be one that was refused, beside one that was not. */
export function interceptorRules(api: ApiModel, { id, access, interception }: Operation): Message {
  if (interception === undefined || api.interception === undefined) return {};
  const { request, response, largestBytes, timeoutMs, goesOnAfterFailure } = interception;
  const called = {
    api: api.name,
    operation: id,
    folder: interceptorFolder(api.name, api.interception.hash),
    ...{ request, response, largestBytes, timeoutMs, goesOnAfterFailure },
    callers: callersOf(api, access),
  };
  const sees = (of: string): Message => ({
    [`${of}_header_mode`]: "SEND",
    // Trailers may come where no body does.
    ...(largestBytes === undefined ? {} : { [`${of}_body_mode`]: "BUFFERED", [`${of}_trailer_mode`]: "SEND" }),
  });
  const overrides = {
    processing_mode: {
      ...untouched,
      ...(request === undefined ? {} : sees("request")),
      ...(response === undefined ? {} : sees("response")),
    },
    // Envoy would take a `%` for the begin of a command.
    grpc_initial_metadata: [{ key: "portico-interceptors", value: Buffer.from(JSON.stringify(called)).toString("base64url") }],
    failure_mode_allow: goesOnAfterFailure,
  };
  return { [name]: onRoute(typed("envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute", { overrides })) };
}

interface Caller {
  readonly security: string;
  readonly from: "token" | "key" | "user";
}

function callersOf({ securities }: ApiModel, access: Access): readonly Caller[] {
  if (access.kind !== "protected") return [];
  const { alternatives } = access;
  const needed = securitiesIn(alternatives).filter((one) => alternatives.every((all) => all.some(({ security }) => security === one)));
  return needed.flatMap((one) => tellsBy(securities.find(({ name }) => name === one)).map((from) => ({ security: one, from })));
}

/** Keys may be signed: then it is one or the other. */
function tellsBy(security: Security | undefined): readonly Caller["from"][] {
  if (security?.asked?.kind === "user") return ["user"];
  const hasTokens = security?.token !== undefined || security?.asked?.kind === "token";
  return [...(hasTokens ? (["token"] as const) : []), ...(security?.keys === true ? (["key"] as const) : [])];
}
