import { milliseconds } from "../api/duration.ts";
import type { SecuritySpec } from "../api/security.ts";
import type { AgentVerifier, AskedRules, ValueReference } from "../model/security.ts";
import { claimRule } from "./token-rules.ts";

/** Both parts of a Security that the policy agent checks; undefined for the other kinds. */
export function agentRules(
  name: string,
  spec: SecuritySpec,
): { readonly asked: AskedRules; readonly agent: AgentVerifier; readonly forward: boolean } | undefined {
  const { basic, oauth2, authorizer } = spec;
  if (basic !== undefined) {
    const users = entry(basic.users, "htpasswd");
    return { asked: { kind: "user", realm: basic.realm ?? name }, agent: { kind: "basic", users }, forward: basic.forward ?? false };
  }
  if (oauth2 !== undefined)
    return {
      asked: { kind: "token", claims: (oauth2.claims ?? []).map(claimRule), scopeClaims: ["scope"] },
      agent: introspection(oauth2),
      forward: oauth2.forward ?? false,
    };
  if (authorizer === undefined) return undefined;
  const { url, protocol = "http", timeout = "200ms", sendHeaders = ["authorization"] } = authorizer;
  const headers = sendHeaders.map((header) => header.toLowerCase());
  return {
    asked: { kind: "authorizer", headers },
    agent: { kind: "authorizer", url, protocol, timeoutMs: milliseconds(timeout), headers },
    forward: true,
  };
}

function introspection(field: NonNullable<SecuritySpec["oauth2"]>): AgentVerifier {
  const { introspectionUrl, client, audiences = [], timeout = "2s", cacheFor = "60s", trust, insecureSkipVerify = false } = field;
  const secret: ValueReference = { kind: "Secret", name: client.name, key: undefined };
  const believed = trust === undefined ? "system" : entry(trust, "ca.crt");
  return {
    ...({ kind: "introspection", url: introspectionUrl, client: secret, audiences } as const),
    ...{ timeoutMs: milliseconds(timeout), cacheMs: milliseconds(cacheFor) },
    trust: insecureSkipVerify ? "anybody" : believed,
  };
}

/** The entry of a Secret that is meant where no other is named. */
export const entry = ({ name, key }: { readonly name: string; readonly key?: string | undefined }, usual: string): ValueReference => ({
  kind: "Secret",
  name,
  key: key ?? usual,
});
