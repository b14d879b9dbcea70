import type { Transport } from "../../model/api.ts";
import { extension, type Message, onRoute, typed } from "./json.ts";
import { rbacType } from "./names.ts";

const filterName = "portico.transport";

/** What an access log and an answer know the refusal by. */
export const transportPolicy = "@transport";

/** Looks how requests came, before anything looks at credentials. */
export const transportFilter: Message = { ...extension(filterName, rbacType), disabled: true };

/**
 * What the route of an operation switches on that is called in one way only. How a request came is what its connection says, or as many proxies as are trusted (envoy:
 * HttpConnectionManager.use_remote_address): what clients say of it is taken out before.
 */
export function transportRules(transport: Transport | undefined): Message {
  if (transport === undefined) return {};
  const permissions = [{ not_rule: { header: { name: "x-forwarded-proto", string_match: { exact: transport } } } }];
  const rules = { action: "DENY", policies: { [transportPolicy]: { permissions, principals: [{ any: true }] } } };
  return {
    [filterName]: onRoute(typed("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", { rbac: { rules } })),
  };
}
