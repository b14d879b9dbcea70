import type { Access } from "../../model/api.ts";
import { type Alternative, type Demand, type Security, securitiesIn } from "../../model/security.ts";
import {
  agentFilter,
  authenticatedFilter,
  authenticatedPrefix,
  authorizedFilter,
  blockedFilter,
  keysFilter,
  setName,
  tokensFilter,
} from "./credential-names.ts";
import { allOf, anyOf, genuine, type Securities, satisfied } from "./credential-rules.ts";
import { type Message, onRoute, typed } from "./json.ts";
import { decidesOnce } from "./shown-credentials.ts";

type Protected = Extract<Access, { kind: "protected" }>;

/**
 * What a route of a protected operation switches on: the filters that look for credentials, and one or two that decide. The first asks whether some
 * alternative's credentials are all genuine (else 401), the second whether they allow it (else 403). Both let in only whom they know.
 */
export function accessFilters({ alternatives }: Protected, securities: Securities): Message {
  const all = securitiesIn(alternatives).flatMap((name) => securities.get(name) ?? []);
  const tokens = all.filter(({ token }) => token !== undefined).map(({ name }) => name);
  const hasKeys = all.some(({ keys, certificate }) => keys || certificate !== undefined);
  return {
    ...(tokens.length === 0
      ? {}
      : {
          [tokensFilter]: on("envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig", {
            requirement_name: setName(tokens),
          }),
          [blockedFilter]: switchedOn,
        }),
    ...(hasKeys ? { [keysFilter]: switchedOn } : {}),
    ...agentQuestion(all),
    ...decisions(alternatives, securities),
  };
}

/** The first decision is left out where the second's refusal can be told apart afterwards, and the second where it would ask for no more. */
function decisions(alternatives: readonly Alternative[], securities: Securities): Message {
  const authorized = some(alternatives, (demand) => satisfied(demand, securities));
  const second = { [authorizedFilter]: decision(authorized) };
  if (decidesOnce(alternatives, securities)) return second;
  const authenticated = some(alternatives, (demand) => genuine(demand, securities));
  const first = { [authenticatedFilter]: decision(authenticated, { rules_stat_prefix: authenticatedPrefix }) };
  return JSON.stringify(authorized) === JSON.stringify(authenticated) ? first : { ...first, ...second };
}

/** What the policy agent is asked on a route: whose credentials, and whether signed tokens are looked for beside them. */
function agentQuestion(all: readonly Security[]): Message {
  const asked = all.filter((one) => one.asked !== undefined).map(({ name }) => name);
  if (asked.length === 0) return {};
  const isBesideTokens = all.some(({ token }) => token !== undefined);
  const extensions = { securities: asked.join(","), ...(isBesideTokens ? { besideTokens: "true" } : {}) };
  return {
    [agentFilter]: on("envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", {
      check_settings: { context_extensions: extensions },
    }),
  };
}

const switchedOn = onRoute();

const on = (type: string, config: Message): Message => onRoute(typed(type, config));

const decision = (permission: Message, more: Message = {}): Message =>
  on("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", {
    rbac: { rules: { action: "ALLOW", policies: { known: { permissions: [permission], principals: [{ any: true }] } } }, ...more },
  });

const some = (alternatives: readonly Alternative[], rule: (demand: Demand) => Message): Message =>
  anyOf(alternatives.map((alternative) => allOf(alternative.map(rule))));
