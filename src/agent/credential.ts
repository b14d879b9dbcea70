import type { CredentialLocation } from "../model/security.ts";
import type { AskedRequest } from "./finding.ts";

/** The credential of a request in the first of the places that has one. */
export function credentialIn(request: AskedRequest, locations: readonly CredentialLocation[]): string | undefined {
  for (const location of locations) {
    const found = at(request, location);
    if (found !== undefined && found !== "") return found;
  }
  return undefined;
}

function at({ headers, path }: AskedRequest, location: CredentialLocation): string | undefined {
  switch (location.in) {
    case "header": {
      const value = headers[location.name];
      const { prefix } = location;
      // RFC 9110, section 11.1: a scheme's name is the same in small letters.
      return value?.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase() ? value.slice(prefix.length).trim() : undefined;
    }
    case "query": {
      const begin = path.indexOf("?");
      return begin < 0 ? undefined : (new URLSearchParams(path.slice(begin)).get(location.name) ?? undefined);
    }
    case "cookie":
      return cookie(headers.cookie ?? "", location.name);
  }
}

/**
 * The first cookie of a name (RFC 6265, section 4.2.1), as Envoy's own filters find it. Envoy tells several fields as one with commas between: of what stands behind one nobody knows whether it is a cookie
 * or a part of another one's value, so where that would be the first there is none.
 */
function cookie(field: string, name: string): string | undefined {
  const isNamed = (pair: string): boolean => pair.split("=", 1)[0]?.trim() === name;
  const first = field.split(";").find((part) => part.split(",").some(isNamed));
  const [key, ...value] = first?.replace(/^ +/, "").split("=") ?? [];
  return key === name ? value.join("=").trim() : undefined;
}

/** The form of a signed token (RFC 7515, section 7.1): three parts in base64url, the first of which is a JSON object with an `alg`. */
export function looksSigned(token: string): boolean {
  const parts = token.split(".");
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return false;
  try {
    const header: unknown = JSON.parse(Buffer.from(parts[0] ?? "", "base64url").toString("utf8"));
    return typeof header === "object" && header !== null && "alg" in header;
  } catch {
    return false;
  }
}
