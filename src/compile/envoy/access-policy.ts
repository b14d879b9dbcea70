import type { Access, Scheme } from "../../model/api.ts";
import {
  type Alternative,
  type AskedRules,
  type CertificateRules,
  type ClaimRule,
  type Demand,
  type Security,
  securitiesIn,
  type TokenRules,
} from "../../model/security.ts";
import {
  agentAllowed,
  agentFilter,
  agentGenuine,
  agentMetadata,
  authenticatedFilter,
  authenticatedPrefix,
  authorizedFilter,
  keyClient,
  keyResult,
  keysFilter,
  rbacMetadata,
  setName,
  tokenHeader,
  tokenMetadata,
  tokensFilter,
} from "./credential-names.ts";
import { type Message, typed } from "./json.ts";
import { decidesOnce } from "./shown-credentials.ts";

type Protected = Extract<Access, { kind: "protected" }>;
type Securities = ReadonlyMap<string, Security>;

/**
 * What a route of a protected operation switches on: the filters that look for credentials, and one or two that decide. The first asks whether some
 * alternative's credentials are all genuine (else 401), the second whether they allow it (else 403). Both let in only whom they know.
 */
export function accessFilters({ alternatives }: Protected, securities: Securities): Message {
  const tokens = securitiesIn(alternatives).filter((name) => securities.get(name)?.token !== undefined);
  return {
    ...(tokens.length === 0
      ? {}
      : {
          [tokensFilter]: on("envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig", {
            requirement_name: setName(tokens),
          }),
        }),
    ...agentQuestion(alternatives, securities),
    [keysFilter]: typed("envoy.config.route.v3.FilterConfig", { config: {} }),
    ...decisions(alternatives, securities),
  };
}

/** The first decision is left out where the second's refusal can be told apart afterwards, and the second where it would ask for no more. */
function decisions(alternatives: readonly Alternative[], securities: Securities): Message {
  const authorized = anyOf(alternatives, (demand) => satisfied(demand, securities));
  const second = { [authorizedFilter]: decision(authorized) };
  if (decidesOnce(alternatives, securities)) return second;
  const authenticated = anyOf(alternatives, (demand) => genuine(demand, securities));
  const first = { [authenticatedFilter]: decision(authenticated, { rules_stat_prefix: authenticatedPrefix }) };
  return JSON.stringify(authorized) === JSON.stringify(authenticated) ? first : { ...first, ...second };
}

/** What the policy agent is asked on a route: whose credentials, and whether signed tokens are looked for beside them. */
function agentQuestion(alternatives: readonly Alternative[], securities: Securities): Message {
  const all = securitiesIn(alternatives).flatMap((name) => securities.get(name) ?? []);
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

const on = (type: string, config: Message): Message => typed("envoy.config.route.v3.FilterConfig", { config: typed(type, config) });

const decision = (permission: Message, more: Message = {}): Message =>
  on("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", {
    rbac: { rules: { action: "ALLOW", policies: { known: { permissions: [permission], principals: [{ any: true }] } } }, ...more },
  });

const all = (rules: readonly Message[]): Message => (rules.length === 1 && rules[0] ? rules[0] : { and_rules: { rules } });
const any = (rules: readonly Message[]): Message => (rules.length === 1 && rules[0] ? rules[0] : { or_rules: { rules } });

const anyOf = (alternatives: readonly Alternative[], rule: (demand: Demand) => Message): Message =>
  any(alternatives.map((alternative) => all(alternative.map(rule))));

/** Nobody: a rule that no request meets. */
const nobody: Message = { not_rule: { any: true } };

/** That a credential of the Security was shown, and is genuine. */
function genuine({ security }: Demand, securities: Securities): Message {
  const found = securities.get(security);
  const rules = [
    ...(found?.token === undefined ? [] : [genuineToken(security, found.token)]),
    ...(found?.keys === true ? [knownKey(security)] : []),
    ...(found?.asked === undefined ? [] : [agentSays(agentGenuine(security))]),
    ...(found?.certificate === undefined ? [] : [shownCertificate(security, found.certificate)]),
  ];
  return rules.length === 0 ? nobody : any(rules);
}

/** That it allows what is demanded, too. Only tokens have scopes. */
function satisfied(demand: Demand, securities: Securities): Message {
  const found = securities.get(demand.security);
  const isScopeless = demand.scopes.length === 0;
  const rules = [
    ...(found?.token === undefined ? [] : [allowingToken(demand, found.token)]),
    ...(found?.keys === true && isScopeless ? [knownKey(demand.security)] : []),
    ...(found?.asked === undefined ? [] : [allowedByAgent(demand, found.asked)]),
    ...(found?.certificate !== undefined && isScopeless ? [shownCertificate(demand.security, found.certificate)] : []),
  ];
  return rules.length === 0 ? nobody : any(rules);
}

const metadata = (filter: string, path: readonly string[], value: Message): Message => ({
  sourced_metadata: { metadata_matcher: { filter, path: path.map((key) => ({ key })), value } },
});

const equal = (text: string): Message => ({ string_match: { exact: text } });
const oneOf = (values: readonly Message[]): Message =>
  values.length === 1 && values[0] ? values[0] : { or_match: { value_matchers: values } };

/**
 * A verified token is genuine only when its algorithm is one of those that were said (RFC 8725, section 3.1), and when it does not say that something must be
 * understood (RFC 7515, section 4.1.11): Envoy asks for neither.
 */
const genuineToken = (security: string, { algorithms }: TokenRules): Message =>
  all([
    metadata(tokenMetadata, [tokenHeader(security), "alg"], oneOf(algorithms.map(equal))),
    { not_rule: metadata(tokenMetadata, [tokenHeader(security), "crit"], { present_match: true }) },
  ]);

const allowingToken = ({ security, scopes }: Demand, rules: TokenRules): Message =>
  all([
    genuineToken(security, rules),
    ...claimsHold(tokenMetadata, security, rules.claims),
    ...scopes.map((scope) => hasScope(tokenMetadata, security, scope, rules.scopeClaims)),
  ]);

const agentSays = (what: string): Message => metadata(agentMetadata, [what], { bool_match: true });

function allowedByAgent({ security, scopes }: Demand, rules: AskedRules): Message {
  const said = [agentSays(agentGenuine(security)), agentSays(agentAllowed(security))];
  if (rules.kind !== "token") return scopes.length === 0 ? all(said) : nobody;
  const needed = scopes.map((scope) => hasScope(agentMetadata, security, scope, rules.scopeClaims));
  return all([...said, ...claimsHold(agentMetadata, security, rules.claims), ...needed]);
}

/** A certificate is looked at as keys are; without one a client is let in only where it is optional. */
const shownCertificate = (security: string, { isOptional }: CertificateRules): Message => (isOptional ? { any: true } : knownKey(security));

/** A scope is in one of the claims that hold scopes, which are lists by now. */
const hasScope = (filter: string, security: string, scope: string, claims: readonly string[]): Message =>
  any(claims.map((claim) => claimIs(filter, security, claim, scopeIn(claim, scope))));

/** Envoy makes lists of texts with spaces where they are claims of the token itself, and not inside of one. */
function scopeIn(claim: string, scope: string): Message {
  const inList = { list_match: { one_of: equal(scope) } };
  if (!claim.includes(".")) return inList;
  const inText = { string_match: { safe_regex: { regex: `(?:.* )?${scope.replaceAll(/[^\w]/g, "\\$&")}(?: .*)?` } } };
  return oneOf([inList, inText]);
}

const claimsHold = (filter: string, security: string, rules: readonly ClaimRule[]): readonly Message[] =>
  rules.map(({ claim, kind, values }) => {
    const value = oneOf(values.flatMap(valueMatchers));
    return claimIs(filter, security, claim, kind === "is" ? value : { list_match: { one_of: value } });
  });

/** A dot leads into an object, or is part of the claim's own name: `https://issuer.example/roles`. */
const claimIs = (filter: string, security: string, claim: string, value: Message): Message =>
  any([[claim], claim.split(".")].slice(claim.includes(".") ? 0 : 1).map((path) => metadata(filter, [security, ...path], value)));

/** A value as JSON may have it: a text, and a number or truth value that is written so. */
function valueMatchers(text: string): readonly Message[] {
  const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) ? [{ double_match: { exact: Number(text) } }] : [];
  const truth = text === "true" || text === "false" ? [{ bool_match: text === "true" }] : [];
  return [equal(text), ...number, ...truth];
}

const knownKey = (security: string): Message => metadata(rbacMetadata, [keyResult(security)], equal("allowed"));

/**
 * The headers that a credential of the API stood in, but where a Security that the operation demands says that its backend sees it: it is taken out once all have
 * looked. Cookies stay whole, and so does the query: what Envoy makes of it when it takes a parameter out is another query, whose escapes are undone.
 */
export function credentialHeaders({ alternatives }: Protected, securities: Securities): readonly string[] {
  const headers = ({ locations }: Security): readonly string[] => locations.flatMap((one) => (one.in === "header" ? [one.name] : []));
  const looked = securitiesIn(alternatives).flatMap((name) => securities.get(name) ?? []);
  const seen = new Set(looked.filter(({ forward }) => forward).flatMap(headers));
  return [...new Set([...securities.values()].flatMap(headers))].filter((name) => !seen.has(name));
}

/**
 * The headers in which the backend sees who calls. A token's claims only where no alternative does without it: else it may be one that was refused, beside
 * another credential that was not.
 */
export function identityHeaders({ alternatives }: Protected, securities: Securities): readonly Message[] {
  const names = [...new Set(alternatives.flat().map(({ security }) => security))];
  return names.flatMap((name) =>
    (securities.get(name)?.identity ?? [])
      .filter(
        ({ claim }) =>
          (claim === undefined && securities.get(name)?.certificate === undefined) ||
          alternatives.every((all) => all.some((one) => one.security === name)),
      )
      .map(({ header, claim }) => ({
        header: {
          key: header,
          value:
            claim === undefined
              ? clientName(securities.get(name), name)
              : `%DYNAMIC_METADATA(${tokenMetadata}:${[name, ...claim.split(".")].join(":")})%`,
        },
        append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
      })),
  );
}

/** The client whose key, password or certificate it is. A certificate's holder goes by the kind of name that was asked for, else by its subject. */
function clientName(security: Security | undefined, name: string): string {
  if (security?.asked !== undefined) return `%DYNAMIC_METADATA(${agentMetadata}:${name}:user)%`;
  if (security?.certificate === undefined) return `%DYNAMIC_METADATA(${rbacMetadata}:${keyClient(name)})%`;
  const [subject] = security.certificate.subjects;
  return subject === undefined ? "%DOWNSTREAM_PEER_SUBJECT%" : holderNames[subject.type];
}

const holderNames = {
  dns: "%DOWNSTREAM_PEER_DNS_SAN%",
  uri: "%DOWNSTREAM_PEER_URI_SAN%",
  email: "%DOWNSTREAM_PEER_EMAIL_SAN%",
  address: "%DOWNSTREAM_PEER_IP_SAN%",
} as const;

/** What a refusal says would be accepted: without a credential, with one that is not genuine, and with one that does not allow it. */
export interface Challenges {
  readonly challenge: string;
  readonly invalid: string;
  readonly insufficient: string;
}

/** The challenges of a route (RFC 9110, section 11.6.1; RFC 6750, section 3). */
export function challengesOf(realm: string, schemes: readonly Scheme[]): Challenges {
  const written = (error?: string): string =>
    [...new Set(schemes.flatMap((scheme) => challenge(realm, scheme, scheme.challenge === "Bearer" ? error : undefined)))].join(", ");
  return { challenge: written(), invalid: written("invalid_token"), insufficient: written("insufficient_scope") };
}

/** One challenge; none where HTTP has none. */
export function challenge(realm: string, { challenge: scheme, scopes, realm: own }: Scheme, error?: string): readonly string[] {
  if (scheme === undefined) return [];
  const parts = [
    `realm="${own === undefined ? realm : quotedText(own)}"`,
    // RFC 7617, section 2.1: names and passwords are UTF-8.
    ...(scheme === "Basic" ? ['charset="UTF-8"'] : []),
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(scheme === "Bearer" && scopes.length > 0 ? [`scope="${scopes.map(quotedText).join(" ")}"`] : []),
  ];
  return [`${scheme} ${parts.join(", ")}`];
}

/** What may stand in a quoted string of a header field as it is; the rest is left out. */
const quotedText = (text: string): string => text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "");
