import { clientClaims } from "../../model/client-claims.ts";
import type { Security } from "../../model/security.ts";
import { holderOf } from "./certificate-holder.ts";
import { claims, nothing, told } from "./claim-expressions.ts";
import { agentGenuine, agentMetadata, keyClient, keyResult, keyTier, rbacMetadata } from "./credential-names.ts";

// Who calls, in CEL.

const all = "metadata.filter_metadata";
const quoted = (text: string): string => JSON.stringify(text.toWellFormed());

/** Whether anything that the Security takes says who calls. */
export const hasCredential = ({ token, keys, asked, certificate }: Security): boolean =>
  token !== undefined || keys || asked !== undefined || certificate !== undefined;

/** That a genuine credential of the Security was shown. */
export const isShown = (security: Security): string => {
  const { name, keys, asked, certificate } = security;
  const token = security.token === undefined ? undefined : claims(security)?.areThere;
  return [
    ...(token === undefined ? [] : [token]),
    ...(keys || certificate !== undefined ? [left(rbacMetadata, keyResult(name), quoted("allowed"))] : []),
    ...(asked === undefined ? [] : [left(agentMetadata, agentGenuine(name), "true")]),
  ].join(" || ");
};

/** That the client of the Security's key belongs to a tier; undefined where it has no keys. */
export function isOfTier({ name, keys }: Security, tier: string): string | undefined {
  if (!keys) return undefined;
  return left(rbacMetadata, keyTier(name), quoted(tier));
}

/** That a filter left a value. */
const left = (filter: string, key: string, value: string): string =>
  `(${quoted(filter)} in ${all} && ${quoted(key)} in ${all}[${quoted(filter)}] && ${all}[${quoted(filter)}][${quoted(key)}] == ${value})`;

/** The client of a credential of the Security that was shown. */
export function client(security: Security): string {
  const { name, keys, asked, certificate } = security;
  if (certificate !== undefined) return holderOf(certificate);
  const key = keys ? member(`${all}[${quoted(rbacMetadata)}]`, quoted(rbacMetadata), keyClient(name)) : nothing;
  if (asked?.kind === "user") return `${all}[${quoted(agentMetadata)}][${quoted(name)}]["user"]`;
  if (asked?.kind === "authorizer") return nothing;
  const found = claims(security);
  if (found === undefined) return key;
  const named = clientClaims.reduceRight(
    (otherwise, claim) => `(${quoted(claim)} in ${found.at} ? ${told(`${found.at}[${quoted(claim)}]`)} : ${otherwise})`,
    nothing,
  );
  return keys ? `(${found.areThere} ? ${named} : ${key})` : named;
}

const member = (at: string, filter: string, key: string): string =>
  `(${filter} in ${all} && ${quoted(key)} in ${at} ? ${at}[${quoted(key)}] : ${nothing})`;
