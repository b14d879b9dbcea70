import { clientClaims } from "../../model/client-claims.ts";
import type { Verifier } from "../../model/security.ts";
import { blockedMatchers, oneOf } from "./claim-values.ts";
import { blockedFilter, blockedPolicy, tokenMetadata } from "./credential-names.ts";
import { discoveryFile, extension, type Message } from "./json.ts";
import { rbacType } from "./names.ts";

/** What refuses clients whose tokens are good and who are blocked all the same (envoy: rbac). */
export function blockedFile(verifiers: readonly Verifier[]): string {
  const permissions = verifiers.flatMap(({ security, tokens, blockedClients }) =>
    tokens === undefined ? [] : blockedClients.flatMap((client) => clientClaims.map((claim) => isClaim(security, claim, client))),
  );
  const policies = { [blockedPolicy]: { permissions, principals: [{ any: true }] } };
  const config = permissions.length === 0 ? {} : { rules: { action: "DENY", policies } };
  return discoveryFile("envoy.config.core.v3.TypedExtensionConfig", [extension(blockedFilter, rbacType, config)]);
}

const isClaim = (security: string, claim: string, value: string): Message => ({
  sourced_metadata: {
    metadata_matcher: { filter: tokenMetadata, path: [{ key: security }, { key: claim }], value: oneOf(blockedMatchers(value)) },
  },
});
