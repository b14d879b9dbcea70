import type { CredentialSet } from "../../model/security.ts";

/** The filters that look at credentials, by the names that routes switch them on by. */
export const tokensFilter = "portico.tokens";
export const blockedFilter = "portico.blocked";
export const keysFilter = "portico.keys";
export const agentFilter = "portico.agent";
export const authenticatedFilter = "portico.authenticated";
export const authorizedFilter = "portico.authorized";

/** Where Envoy's filters leave what they found, for those after them (envoy: core.v3.Metadata). */
export const tokenMetadata = "envoy.filters.http.jwt_authn";
export const rbacMetadata = "envoy.filters.http.rbac";

/** Where the policy agent's findings stand. */
export const agentMetadata = "envoy.filters.http.ext_authz";
/** What the agent says of a Security's credential that is what it says it is. */
export const agentGenuine = (security: string): string => `${security}@genuine`;
/** And of one whose client may call. */
export const agentAllowed = (security: string): string => `${security}@allowed`;
/** What it says where all who know gave an answer. */
export const agentChecked = "@checked";
/** What it says where somebody's credential is genuine who is blocked. */
export const agentBlocked = "@blocked";

/** The claims of a Security's token stand under the Security's name; no Security's name has an `@`. */
export const tokenHeader = (security: string): string => `${security}@header`;
/** Why a token of a provider is not genuine. So many providers have each a place for it: the listener, which reads them, is the same for all documents. */
export const failedTokens: readonly string[] = Array.from({ length: 8 }, (_, index) => `@failed${index}`);
/** What has the tokens of some Securities looked for, and no others. No Security's name has a comma. */
export const setName = (set: CredentialSet): string => set.join(",");

/** What stands before all that is known of a Security's keys or certificates. */
export const keyPrefix = (security: string): string => `${security}.`;
/** Whether one was found. */
export const keyResult = (security: string): string => `${keyPrefix(security)}shadow_engine_result`;
/** What stands before the tier of the client whose key was found. */
export const tierPrefix = (security: string): string => `${security}@tier.`;
/** That tier. */
export const keyTier = (security: string): string => `${tierPrefix(security)}shadow_effective_policy_id`;
/** Whose it is. */
export const keyClient = (security: string): string => `${keyPrefix(security)}shadow_effective_policy_id`;

/** Under which the first decision is known to the second. */
export const authenticatedPrefix = "@authenticated.";
/** Under which it is known that a client is blocked. */
export const blockedPolicy = "@blocked";

/** Where a credential is put that does not stand in a header. No client can write it. */
export const credentialHeader = "portico-credential";

/** A scheme's name is the same in small and in large letters (RFC 9110, section 11.1); Envoy compares it as it is: a mixture is none. */
export const prefixes = (prefix: string): readonly string[] => [...new Set([prefix, prefix.toLowerCase(), prefix.toUpperCase()])];
