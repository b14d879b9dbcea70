import type { CredentialLocation, Demand } from "../model/security.ts";
import type { DocumentOperation, NeededScheme, OpenApiDocument, SecurityRequirement, SecurityScheme } from "../openapi/document.ts";
import { error } from "../problem.ts";
import { isObject, type Node, placeOf } from "../text/node.ts";
import { wantsCertificate, withAll } from "./credential-kinds.ts";
import { sayOnce } from "./say-once.ts";
import type { Level, Whole } from "./whole.ts";

/** What a document asks of who calls an operation: alternatives. */
export interface Requirements {
  readonly alternatives: readonly SecurityRequirement[];
  /** Scopes that are needed beyond those. */
  readonly scopes: readonly string[];
  /** Where those are said. */
  readonly scopesAt: Node | undefined;
}

/**
 * What is asked for an operation: by the innermost level of `x-portico` that says `security`, else by its own `security`, else by the document's
 * (OpenAPI 3.1, section 4.8.30), else by the API, else by the kinds of credential that the document takes. What it says of all credentials holds everywhere but where
 * an operation is said to be open.
 */
export function requirementsOf(whole: Whole, levels: readonly Level[], written: DocumentOperation): Requirements {
  const { document, credentials } = whole;
  const saying = levels.find(({ extension }) => extension?.fields.security !== undefined)?.extension;
  const needing = levels.find(({ extension }) => extension?.fields.scopes !== undefined)?.extension;
  const more = { scopes: needing?.fields.scopes ?? [], scopesAt: needing?.at("scopes") };
  const said = saying?.fields.security;
  const wants = (scheme: NeededScheme): boolean => {
    const found = whole.resources.securities.get(securityName(whole, scheme));
    return found !== undefined && wantsCertificate(found.spec);
  };
  const all = (alternatives: readonly SecurityRequirement[]): Requirements => ({
    alternatives: withAll(credentials, alternatives, document.root, wants),
    ...more,
  });
  if (said === false || (saying === undefined && written.security?.length === 0)) return { alternatives: [], ...more };
  if (saying === undefined || said === undefined || said === true) return all(written.security ?? document.security ?? unsaid(whole));
  const where = saying.at("security");
  const alternatives = said.map((one) => ({
    schemes: Object.entries(one).map(([name, itsScopes]) => ({ name, scopes: itsScopes })),
    where,
  }));
  return all(alternatives);
}

/** What is asked for where a document says nothing of it: what the API says, else a credential of a kind. */
function unsaid({ document, settings, credentials, problems }: Whole): readonly SecurityRequirement[] {
  const { security = [] } = settings.cluster ?? {};
  if (security.length > 0) return security.map(asRequirement(document));
  for (const names of credentials.several) {
    const which = names.map((name) => `\`${name}\``).join(" or ");
    const advice = `Say which: \`x-portico: {security: [{${names[0]}: []}]}\` in the document, or \`security\` in the API.`;
    sayOnce(
      problems,
      error("BadSecurity", placeOf(document.root), `The document names no scheme, and credentials might be ${which}'s. ${advice}`),
    );
  }
  return credentials.unnamed ?? [];
}

const asRequirement =
  ({ root }: OpenApiDocument) =>
  ({ security, scopes }: Demand): SecurityRequirement => ({ schemes: [{ name: security, scopes, isSecurity: true }], where: root });

/** The Security that checks a scheme: the one that `x-portico` names for it, else the one of its own name. */
export const securityName = ({ level }: Whole, { name, isSecurity = false }: Pick<NeededScheme, "name" | "isSecurity">): string =>
  isSecurity ? name : schemeSecurity(level.schemes, name);

/** Whether `x-portico` names the Security of a scheme. */
export const isMapped = ({ level }: Whole, scheme: string): boolean => Object.hasOwn(level.schemes ?? {}, scheme);

/** The same, of what is written. A scheme's name that is none for an object stands for what it can be: `Petstore_Auth` for `petstore-auth`. */
export function schemeSecurity(mapped: unknown, scheme: string): string {
  const named = isObject(mapped) && Object.hasOwn(mapped, scheme) ? mapped[scheme] : undefined;
  if (typeof named === "string") return named;
  const name = scheme.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-");
  return name.replaceAll(/^[-.]+|[-.]+$/g, "") || scheme;
}

/** Where a document's schemes say that the credential of a Security is, each place once. */
export function documentedLocations(whole: Whole, security: string): readonly CredentialLocation[] {
  const schemes: OpenApiDocument["schemes"] = whole.document.schemes;
  const found = [...schemes.values()].flatMap((scheme) =>
    securityName(whole, scheme) === security ? locationOf(scheme, whole.credentials.header) : [],
  );
  return [...new Map(found.map((one) => [JSON.stringify(one), one] as const)).values()];
}

/** A token is where RFC 6750, section 2.1, says, or in the header that stands in that one's place. */
function locationOf({ kind, key }: SecurityScheme, header: string): readonly CredentialLocation[] {
  if (kind === "bearer" || kind === "oauth2" || kind === "openIdConnect") return [{ in: "header", name: header, prefix: "Bearer " }];
  if (key === undefined) return [];
  const { in: place, name } = key;
  if (place === "query") return [{ in: "query", name }];
  return [place === "cookie" ? { in: "cookie", name } : { in: "header", name: name.toLowerCase(), prefix: "" }];
}
