import type { Counted } from "../../model/limit.ts";
import { extension, type Message, overwriteWith } from "./json.ts";

/** Why a request was not let in: the kind of reason alone, never whose credential it was or what stood in it. */
export type Refusal =
  | "address"
  | "transport"
  | "no-credential"
  | "bad-credential"
  | "expired"
  | "not-allowed"
  | "blocked"
  | "unchecked"
  | "nothing-checks"
  | "over-operation-limit"
  | "over-api-limit"
  | "over-subscription-limit"
  | "over-application-limit"
  | "uncounted"
  | "invalid"
  | "invalid-response"
  | "interceptor";

/** What the answer and the log call it when a limit was too much. */
export const overLimit = {
  operation: "over-operation-limit",
  api: "over-api-limit",
  subscription: "over-subscription-limit",
  application: "over-application-limit",
} as const satisfies Readonly<Record<Counted, Refusal>>;

/**
 * A refusal's answer carries its reason to the front of the chain in this header, where it becomes metadata for logs and metrics and is taken out. What a backend
 * writes there is taken out before.
 */
export const refusalHeader = "portico-refusal";

const namespace = "portico.refusal";
const key = "reason";

/** Takes the reason off answers (envoy: header_to_metadata). */
export const refusalFilter: Message = extension("portico.refusal", "envoy.extensions.filters.http.header_to_metadata.v3.Config", {
  response_rules: [{ header: refusalHeader, on_header_present: { metadata_namespace: namespace, key, type: "STRING" }, remove: true }],
});

/** The header of an answer that is a refusal. */
export const saysWhy = (refusal: Refusal): Message => overwriteWith(refusalHeader, refusal);

/** The reason, as an access log writes it. */
export const refusalReason = `%DYNAMIC_METADATA(${namespace}:${key})%`;

/** Holds for requests that were refused so. */
export const isRefusal: Message = {
  metadata_filter: {
    matcher: { filter: namespace, path: [{ key }], value: { present_match: true } },
    match_if_key_not_found: false,
  },
};
