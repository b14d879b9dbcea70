import type { Scheme } from "../../model/api.ts";

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

const longestScopes = 4_096;

/** One challenge; none where HTTP has none. */
export function challenge(realm: string, { challenge: scheme, scopes, realm: own }: Scheme, error?: string): readonly string[] {
  if (scheme === undefined) return [];
  const needed = scopes.map(quotedText).join(" ");
  const parts = [
    `realm="${own === undefined ? realm : quotedText(own)}"`,
    // RFC 7617, section 2.1: names and passwords are UTF-8.
    ...(scheme === "Basic" ? ['charset="UTF-8"'] : []),
    ...(error === undefined ? [] : [`error="${error}"`]),
    // What no client reads is left out, before a header is longer than Envoy takes.
    ...(scheme === "Bearer" && scopes.length > 0 && needed.length <= longestScopes ? [`scope="${needed}"`] : []),
  ];
  return [`${scheme} ${parts.join(", ")}`];
}

/** What may stand in a quoted string of a header field as it is; the rest is left out. */
const quotedText = (text: string): string => text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "");
