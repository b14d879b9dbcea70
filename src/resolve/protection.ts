import type { Access, Scheme } from "../model/api.ts";
import type { Alternative, Demand, Security, Verifier } from "../model/security.ts";
import type { NeededScheme, SecurityRequirement, SecurityScheme, TakenOfKind } from "../openapi/document.ts";
import { error, type Problem, warning } from "../problem.ts";
import { placeOf } from "../text/node.ts";
import { missingKind } from "./credential-kinds.ts";
import { documentedLocations, type Requirements, securityName } from "./demands.ts";
import { type Asked, saidInVain } from "./said-in-vain.ts";
import { sayOnce } from "./say-once.ts";
import { type CheckedSecurity, checkedSecurity } from "./securities.ts";
import type { Whole } from "./whole.ts";

/** Who may call the operations of one API, as it is found out operation by operation. */
export interface Protection {
  accessOf(requirements: Requirements): Access;
  /** Schemes that operations need and nothing checks. */
  readonly unchecked: ReadonlyMap<string, Unchecked>;
  saidInVain(): readonly Problem[];
  /** The Securities that operations demand, in the order of their names. */
  used(): Used;
  /** The alternatives that demand something of a Security which nobody named, each once. */
  ofKinds(): readonly AlternativeOfKind[];
}

/** Demands that must all be met: of whom, and how that one is asked where nobody named it. */
export type AlternativeOfKind = readonly { readonly security: string; readonly taken: TakenOfKind | undefined }[];

interface Used {
  readonly securities: readonly Security[];
  readonly verifiers: readonly Verifier[];
}

/** The Security that would check a scheme, and how many operations need it. */
export interface Unchecked {
  readonly security: string;
  readonly operations: number;
}

/** What is wrong with a demanded Security is added to the Problems of the whole. */
export function makeProtection(whole: Whole): Protection {
  const unchecked = new Map<string, Unchecked>();
  const asked: Asked[] = [];
  const told: AlternativeOfKind[] = [];
  const known = new Map<string, CheckedSecurity | undefined>();
  const security = (name: string): CheckedSecurity | undefined => {
    const resource = whole.resources.securities.get(name);
    if (resource !== undefined && !known.has(name))
      known.set(
        name,
        checkedSecurity(resource, { documented: documentedLocations(whole, name), header: whole.credentials.header }, whole.problems),
      );
    return known.get(name);
  };
  const demandOf = (scheme: NeededScheme, more: readonly string[], at: Requirements): Demand | undefined => {
    const { scopes } = scheme;
    const found = security(securityName(whole, scheme));
    if (found === undefined) return undefined;
    const wanted = [...new Set([...scopes, ...found.security.scopes, ...(hasScopes(found.security) ? more : [])])];
    if (!hasScopes(found.security) && wanted.length > 0) sayScopeless(whole, scheme.name, at);
    return { security: found.security.name, scopes: wanted };
  };
  const isScopeless = ({ schemes }: SecurityRequirement): boolean =>
    schemes.every((one) => {
      const found = security(securityName(whole, one));
      return found !== undefined && !hasScopes(found.security);
    });
  return {
    unchecked,
    ofKinds: () => [...new Map(told.filter(takesOfKind).map((one) => [JSON.stringify(one), one] as const)).values()],
    saidInVain: () => saidInVain(whole, asked),
    accessOf(requirements) {
      const { alternatives, scopes } = requirements;
      const isOpen = alternatives.length === 0 || alternatives.some(({ schemes }) => schemes.length === 0);
      asked.push({ requirements, isOpen, scopeless: isOpen ? [] : alternatives.filter(isScopeless) });
      // An empty list, no list, or an empty alternative in it ask for no credential.
      if (isOpen) return { kind: "open" };
      const demanded = alternatives.map(({ schemes }) => schemes.map((one) => ({ ...one, demand: demandOf(one, scopes, requirements) })));
      for (const alternative of alternatives) {
        sayDoubled(whole, alternative);
        sayCrowded(whole, alternative, (one) => security(securityName(whole, one))?.security);
      }
      const missing = new Map(demanded.flat().flatMap((one) => (one.demand === undefined ? [[one.name, one] as const] : [])));
      const shown = (list: typeof demanded): readonly Scheme[] =>
        list.flat().map(({ name, demand, scopes: own, isSecurity = false }) => ({
          ...schemeOf(
            name,
            demand?.scopes ?? own,
            isSecurity ? undefined : whole.document.schemes.get(name),
            demand && known.get(demand.security)?.security,
          ),
          realm: demand === undefined ? undefined : realmOf(known.get(demand.security)?.security),
        }));
      if (whole.settings.credentials === "unprotected") return { kind: "unprotected", schemes: shown(demanded) };
      const complete = demanded.filter((alternative) => alternative.every(({ demand }) => demand !== undefined));
      for (const [name, one] of missing)
        unchecked.set(name, { security: securityName(whole, one), operations: (unchecked.get(name)?.operations ?? 0) + 1 });
      if (complete.length === 0) return { kind: "refused", schemes: shown(demanded) };
      told.push(...complete.map((alternative) => alternative.flatMap(toldDemand)));
      sayOpened(whole, alternatives, (one) => security(securityName(whole, one))?.security);
      const met: readonly Alternative[] = complete.map((alternative) => alternative.flatMap(({ demand }) => demand ?? []));
      return { kind: "protected", alternatives: met, schemes: shown(complete) };
    },
    used() {
      const found = [...known.values()].flatMap((one) => one ?? []);
      const sorted = found.toSorted((a, b) => (a.security.name < b.security.name ? -1 : 1));
      return { securities: sorted.map((one) => one.security), verifiers: sorted.map((one) => one.verifier) };
    },
  };
}

const toldDemand = ({ demand, ofKind: taken }: NeededScheme & { readonly demand: Demand | undefined }): AlternativeOfKind =>
  demand === undefined ? [] : [{ security: demand.security, taken }];

const takesOfKind = (alternative: AlternativeOfKind): boolean => alternative.some(({ taken }) => taken !== undefined);

const hasScopes = ({ token, asked }: Security): boolean => token !== undefined || asked?.kind === "token";

function sayScopeless(whole: Whole, scheme: string, { alternatives }: Requirements): void {
  const where = alternatives.find(({ schemes }) => schemes.some(({ name }) => name === scheme))?.where ?? whole.document.root;
  const message = `\`${scheme}\` is checked by a Security whose credentials have no scopes. Leave the scopes out, or let one of type jwt or oauth2 check it.`;
  sayOnce(whole.problems, error("BadSecurity", placeOf(where), message));
}

/** Two schemes that are needed together want two credentials: by one Security, one would do for both. */
function sayDoubled(whole: Whole, { schemes, where }: SecurityRequirement): void {
  const owners = new Map<string, string>();
  for (const one of schemes) {
    const { name } = one;
    const security = securityName(whole, one);
    const other = owners.get(security);
    owners.set(security, name);
    if (other === undefined) continue;
    const message = `\`${other}\` and \`${name}\` are needed together, and the Security \`${security}\` checks both: one credential would do. Let \`x-portico: {schemes: {...}}\` name one for each.`;
    sayOnce(whole.problems, error("BadSecurity", placeOf(where), message));
  }
}

/** A header has one credential: who needs two in it can show none of both. */
function sayCrowded(
  whole: Whole,
  { schemes, where }: SecurityRequirement,
  securityOf: (scheme: NeededScheme) => Security | undefined,
): void {
  const owners = new Map<string, string>();
  for (const one of schemes) {
    const { name } = one;
    const [place, ...more] = securityOf(one)?.locations ?? [];
    if (place?.in !== "header" || more.length > 0) continue;
    const other = owners.get(place.name);
    owners.set(place.name, name);
    if (other === undefined || other === name) continue;
    const message = `\`${other}\` and \`${name}\` are needed together, and both stand in the header \`${place.name}\`: no request can show both. Let one stand elsewhere, with \`locations\` of its Security.`;
    sayOnce(whole.problems, warning("BadSecurity", placeOf(where), message));
  }
}

/** Who needs no certificate is let in by an alternative of such alone: whatever the others ask for keeps nobody out. */
function sayOpened(
  whole: Whole,
  alternatives: readonly SecurityRequirement[],
  securityOf: (scheme: NeededScheme) => Security | undefined,
): void {
  const isOpen = ({ schemes }: SecurityRequirement): boolean => schemes.every((one) => securityOf(one)?.certificate?.isOptional === true);
  const opening = alternatives.find(isOpen);
  const stricter = alternatives.find((one) => !isOpen(one));
  if (opening === undefined || stricter === undefined) return;
  const [name, other] = [opening, stricter].map(({ schemes }) => schemes.map((one) => `\`${one.name}\``).join(" and "));
  const message = `${name} lets everybody in, for its Security takes clients without a certificate (\`mode: optional\`), and ${other} beside it keeps nobody out. Let the certificate be mandatory, or need both together.`;
  sayOnce(whole.problems, error("BadSecurity", placeOf(opening.where), message));
}

const realmOf = (security: Security | undefined): string | undefined =>
  security?.asked?.kind === "user" ? security.asked.realm : undefined;

const schemeOf = (
  name: string,
  scopes: readonly string[],
  scheme: SecurityScheme | undefined,
  security: Security | undefined,
): Omit<Scheme, "realm"> => ({ name: missingKind(name) ?? name, challenge: challengeOf(scheme, security, scopes), scopes });

/** What the Security takes counts, whatever the document calls it. Scopes are told in the words of RFC 6750. */
function challengeOf(scheme: SecurityScheme | undefined, security: Security | undefined, scopes: readonly string[]): string | undefined {
  if (security?.certificate !== undefined) return "Certificate";
  if (security?.asked?.kind === "user") return "Basic";
  if (security?.asked?.kind === "token") return "Bearer";
  if (security?.keys === true) return "ApiKey";
  if (security?.token !== undefined) return scheme?.kind === "apiKey" && scopes.length === 0 ? "ApiKey" : "Bearer";
  switch (scheme?.kind) {
    case "basic":
      return "Basic";
    case "apiKey":
      return "ApiKey";
    case "mutualTLS":
      return "Certificate";
    case "http":
      return scheme.named;
    default:
      return "Bearer";
  }
}
