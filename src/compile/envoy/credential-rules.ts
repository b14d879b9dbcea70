import type { AskedRules, CertificateRules, ClaimRule, CredentialLocation, Demand, Security, TokenRules } from "../../model/security.ts";
import { exactRegex } from "../../text/exact-regex.ts";
import { equal, oneOf, valueMatchers } from "./claim-values.ts";
import { agentAllowed, agentGenuine, agentMetadata, keyResult, rbacMetadata, tokenHeader, tokenMetadata } from "./credential-names.ts";
import type { Message } from "./json.ts";
import { wholeToken } from "./pattern.ts";

// Rules on what the filters that look at credentials left (envoy: rbac.v3.Permission, sourced_metadata).

/** The Securities of an API by their names. */
export type Securities = ReadonlyMap<string, Security>;

/** A rule that holds where all of these do. */
export const allOf = (rules: readonly Message[]): Message => (rules.length === 1 && rules[0] ? rules[0] : { and_rules: { rules } });
/** A rule that holds where one of these does. */
export const anyOf = (rules: readonly Message[]): Message => (rules.length === 1 && rules[0] ? rules[0] : { or_rules: { rules } });

/** Nobody: a rule that no request meets. */
const nobody: Message = { not_rule: { any: true } };

/** That a credential of the Security was shown, and is genuine. */
export function genuine({ security }: Demand, securities: Securities): Message {
  const found = securities.get(security);
  const rules = [
    ...(found?.token === undefined ? [] : [genuineToken(found, found.token)]),
    ...(found?.keys === true ? [keyOf(found)] : []),
    ...(found?.asked === undefined ? [] : [agentSays(agentGenuine(security))]),
    ...(found?.certificate === undefined ? [] : [shownCertificate(security, found.certificate)]),
  ];
  return rules.length === 0 ? nobody : anyOf(rules);
}

/** That it allows what is demanded, too. Only tokens have scopes. */
export function satisfied(demand: Demand, securities: Securities): Message {
  const found = securities.get(demand.security);
  const isScopeless = demand.scopes.length === 0;
  const rules = [
    ...(found?.token === undefined ? [] : [allowingToken(demand, found, found.token)]),
    ...(found?.keys === true && isScopeless ? [keyOf(found)] : []),
    ...(found?.asked === undefined ? [] : [allowedByAgent(demand, found.asked)]),
    ...(found?.certificate !== undefined && isScopeless ? [shownCertificate(demand.security, found.certificate)] : []),
  ];
  return rules.length === 0 ? nobody : anyOf(rules);
}

const metadata = (filter: string, path: readonly string[], value: Message): Message => ({
  sourced_metadata: { metadata_matcher: { filter, path: path.map((key) => ({ key })), value } },
});

/**
 * A verified token is genuine only when its algorithm is one of those that were said (RFC 8725, section 3.1), and when it does not say that something must be
 * understood (RFC 7515, section 4.1.11): Envoy asks for neither. Nor does it ask whether something else stands before or behind it.
 */
const genuineToken = ({ name: security, locations }: Security, { algorithms }: TokenRules): Message =>
  allOf([
    ...locations.flatMap(aloneIn),
    metadata(tokenMetadata, [tokenHeader(security), "alg"], oneOf(algorithms.map(equal))),
    { not_rule: metadata(tokenMetadata, [tokenHeader(security), "crit"], { present_match: true }) },
  ]);

/** That a header with a token has that alone. */
function aloneIn(location: CredentialLocation): readonly Message[] {
  if (location.in !== "header") return [];
  const { name, prefix } = location;
  const isThere = prefix === "" ? { present_match: true } : { string_match: { contains: prefix, ignore_case: true } };
  const isWhole = { string_match: { safe_regex: { regex: wholeToken(prefix) } } };
  return [anyOf([{ header: { name, ...isWhole } }, { not_rule: { header: { name, ...isThere } } }])];
}

const allowingToken = ({ security, scopes }: Demand, found: Security, rules: TokenRules): Message =>
  allOf([
    genuineToken(found, rules),
    ...found.identity.flatMap(({ claim }) => (claim === undefined ? [] : [tellsOne(security, claim)])),
    ...claimsHold(tokenMetadata, security, rules.claims),
    ...scopes.map((scope) => hasScope(tokenMetadata, security, scope, rules.scopeClaims)),
  ]);

/** That a claim which a backend is told is no number beyond what a double tells apart: it would be told another one's. */
const tellsOne = (security: string, claim: string): Message => {
  const path = [security, ...claim.split(".")];
  const ranges = [
    { start: Number.MAX_SAFE_INTEGER + 1, end: Number.MAX_VALUE },
    { start: -Number.MAX_VALUE, end: -Number.MAX_SAFE_INTEGER },
  ];
  return { not_rule: metadata(tokenMetadata, path, oneOf(ranges.map((range) => ({ double_match: { range } })))) };
};

const agentSays = (what: string): Message => metadata(agentMetadata, [what], { bool_match: true });

function allowedByAgent({ security, scopes }: Demand, rules: AskedRules): Message {
  const said = [agentSays(agentGenuine(security)), agentSays(agentAllowed(security))];
  if (rules.kind !== "token") return scopes.length === 0 ? allOf(said) : nobody;
  const needed = scopes.map((scope) => hasScope(agentMetadata, security, scope, rules.scopeClaims));
  return allOf([...said, ...claimsHold(agentMetadata, security, rules.claims), ...needed]);
}

/** A certificate is looked at as keys are; without one a client is let in only where it is optional. */
const shownCertificate = (security: string, { isOptional }: CertificateRules): Message => (isOptional ? { any: true } : knownKey(security));

/** A scope is in one of the claims that hold scopes, which are lists by now. */
const hasScope = (filter: string, security: string, scope: string, claims: readonly string[]): Message =>
  anyOf(claims.map((claim) => claimIs(filter, security, claim, scopeIn(claim, scope))));

/** Envoy makes lists of texts with spaces where they are claims of the token itself, and not inside of one. */
function scopeIn(claim: string, scope: string): Message {
  const inList = { list_match: { one_of: equal(scope) } };
  if (!claim.includes(".")) return inList;
  const inText = { string_match: { safe_regex: { regex: `(?:.* )?${exactRegex(scope)}(?: .*)?` } } };
  return oneOf([inList, inText]);
}

const claimsHold = (filter: string, security: string, rules: readonly ClaimRule[]): readonly Message[] =>
  rules.map(({ claim, kind, values }) => {
    const value = oneOf(values.flatMap(valueMatchers));
    return claimIs(filter, security, claim, kind === "is" ? value : { list_match: { one_of: value } });
  });

/** A dot leads into an object, or is part of the claim's own name: `https://issuer.example/roles`. */
const claimIs = (filter: string, security: string, claim: string, value: Message): Message =>
  anyOf([[claim], claim.split(".")].slice(claim.includes(".") ? 0 : 1).map((path) => metadata(filter, [security, ...path], value)));

/**
 * That a key is known. Where keys may be signed it counts only without such a one: backends, functions and limits would take the claims of one that is refused, beside somebody else's key, for
 * its caller's.
 */
function keyOf({ name, token }: Security): Message {
  if (token === undefined) return knownKey(name);
  return allOf([knownKey(name), { not_rule: metadata(tokenMetadata, [tokenHeader(name), "alg"], { present_match: true }) }]);
}

const knownKey = (security: string): Message => metadata(rbacMetadata, [keyResult(security)], equal("allowed"));
