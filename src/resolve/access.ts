import type { Access, Scheme } from "../model/api.ts";
import type { OpenApiDocument, SecurityRequirement, SecurityScheme } from "../openapi/document.ts";
import type { ResolveSettings } from "./settings.ts";

/**
 * Who may call an operation (OpenAPI 3.1, section 4.8.30): its own `security`, else the document's. An empty list, no list, or an empty
 * alternative in it ask for no credential.
 */
export function accessOf(document: OpenApiDocument, own: readonly SecurityRequirement[] | undefined, settings: ResolveSettings): Access {
  const requirements = own ?? document.security ?? [];
  if (requirements.length === 0 || requirements.some(({ schemes }) => schemes.length === 0)) return { kind: "open" };
  const schemes = requirements.flatMap((requirement) =>
    requirement.schemes.map(({ name, scopes }) => scheme(name, scopes, document.schemes)),
  );
  return { kind: settings.credentials === "unprotected" ? "unprotected" : "refused", schemes };
}

function scheme(name: string, scopes: readonly string[], known: ReadonlyMap<string, SecurityScheme>): Scheme {
  return { name, challenge: challengeOf(known.get(name)?.kind), scopes };
}

/** A name without a scheme is a Security resource's, which are tokens' unless somebody says otherwise. */
function challengeOf(kind: SecurityScheme["kind"] | undefined): Scheme["challenge"] {
  switch (kind) {
    case "basic":
      return "Basic";
    case "apiKey":
      return "ApiKey";
    case "mutualTLS":
    case "http":
      return undefined;
    default:
      return "Bearer";
  }
}
