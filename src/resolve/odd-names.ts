import type { CredentialLocation, Security } from "../model/security.ts";

/** Names with characters of no special meaning to Envoy's formats. */
const plainName = /^[\w.~[\]-]+$/;
const plainClaim = /^[^:%()\s\p{Cc}]+$/u;
/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~\w-]+$/;

/** What frames a message, or says whom it is for, is no header to tell a name in. */
const framing = /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|te|trailer|upgrade)$/;

/** Nor one to find a credential in: the gateway itself writes them anew, or takes them out, before it looks. */
const unseen =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|te|trailer|upgrade|proxy|x-request-id|x-forwarded-.*|x-envoy-.*|portico-.*)$/;

/** The place of a credential as it is written, where the gateway cannot look there. */
export function oddName(location: CredentialLocation): string | undefined {
  if (location.in !== "header") return plainName.test(location.name) ? undefined : location.name;
  const isPlain = token.test(location.name) && /^[\x20-\x7e]*$/.test(location.prefix) && !unseen.test(location.name);
  return isPlain ? undefined : `${location.prefix}${location.name}`;
}

/** The header or claim of an identity that the gateway cannot write. */
export function oddIdentity({ header, claim }: Security["identity"][number]): string | undefined {
  if (framing.test(header)) return header;
  return claim !== undefined && !plainClaim.test(claim) ? claim : undefined;
}

/** Every part of a claim's name leads somewhere. */
export const oddClaim = (claim: string): string | undefined => (claim.split(".").includes("") ? claim : undefined);

export const oddity = (name: string): string =>
  `\`${name}\` is none that the gateway can look for, or write, there. Use letters, digits, \`-\`, \`_\`, \`.\` and \`~\`.`;
