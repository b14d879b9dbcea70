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
 * What is asked for an operation: by its own `x-portico` where that says `security`, else by its own `security`, else by `x-portico` of a level further out, else by the document's
 * (OpenAPI 3.1, section 4.8.30), else by the API, else by the kinds of credential that the document takes. What it says of all credentials holds everywhere but where
 * an operation is said to be open.
 */
export function requirementsOf(whole: Whole, levels: readonly Level[], written: DocumentOperation): Requirements {
  const { document, credentials } = whole;
  const saying = levels.find(
    (level, index) => level.extension?.fields.security !== undefined && (index === 0 || isOver(level, written)),
  )?.extension;
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
  if (said === true && written.security === undefined && document.security === undefined) sayNothingProtects(whole, saying?.at("security"));
  if (said === false || (saying === undefined && written.security?.length === 0)) return { alternatives: [], ...more };
  if (saying === undefined || said === undefined || said === true) return all(written.security ?? document.security ?? unsaid(whole));
  const where = saying.at("security");
  const alternatives = said.map((one) => ({
    schemes: Object.entries(one).map(([name, itsScopes]) => ({ name, scopes: itsScopes })),
    where,
  }));
  return all(alternatives);
}

/** Whether a level further out says what is asked for an operation: what that says itself counts more, but where a document for WSO2's gateway lets everybody in, as it did there. */
const isOver = ({ extension }: Level, { security }: DocumentOperation): boolean =>
  security === undefined || extension?.isForeign("security") === true;

/** `security: true` takes back what a level further out says: it asks for what the document does, which may be nothing. */
function sayNothingProtects({ credentials, settings, problems }: Whole, at: Node | undefined): void {
  if (at === undefined || credentials.unnamed !== undefined || (settings.cluster?.security ?? []).length > 0) return;
  const message =
    "`security: true` asks for what the document's own `security` does, and there is none: everybody would be let in. Say which: `security: [{key: []}]`.";
  sayOnce(problems, error("BadSecurity", placeOf(at), message));
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
