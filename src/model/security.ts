import type { Place } from "../problem.ts";
import type { Target } from "./backend.ts";

/** How a credential is judged, as far as that is the same in every environment. Whether it is genuine is a Verifier's matter. */
export interface Security {
  readonly name: string;
  /** What must hold of signed tokens; undefined where none are taken. */
  readonly token: TokenRules | undefined;
  /** Whether opaque keys are taken, each of one client. */
  readonly keys: boolean;
  /** What must hold of what the policy agent finds; undefined where it is not asked. */
  readonly asked: AskedRules | undefined;
  /** What must hold of the certificate that a client shows; undefined where none is asked for. */
  readonly certificate: CertificateRules | undefined;
  readonly locations: readonly CredentialLocation[];
  /** Whether the backend sees the credential. */
  readonly forward: boolean;
  /** Those that every operation needs. */
  readonly scopes: readonly string[];
  /** What the backend is told of who calls. */
  readonly identity: readonly IdentityHeader[];
}

/** What must hold of a JSON Web Token beside its signature, issuer, audience and time (RFC 8725). */
export interface TokenRules {
  /** Names of RFC 7518, section 3.1. */
  readonly algorithms: readonly string[];
  readonly claims: readonly ClaimRule[];
  /** The claims that hold scopes. */
  readonly scopeClaims: readonly string[];
}

/** What must hold of a credential that the policy agent checks. */
export type AskedRules =
  /** A name and password (RFC 7617); the realm is named where one is missing. */
  | { readonly kind: "user"; readonly realm: string }
  /** A token that its issuer is asked about (RFC 7662): what its answer says counts as claims. */
  | { readonly kind: "token"; readonly claims: readonly ClaimRule[]; readonly scopeClaims: readonly string[] }
  /** What somebody's own authoriser says, who is sent these headers of the request: their names in small letters. */
  | { readonly kind: "authorizer"; readonly headers: readonly string[] };

/** What must hold of a client's certificate beside who issued it. */
export interface CertificateRules {
  /** Names of which it has one; empty for any. */
  readonly subjects: readonly SubjectName[];
  /** Whether a client without one is let in, too. */
  readonly isOptional: boolean;
}

/** A subject alternative name (RFC 5280, section 4.2.1.6), or its beginning. */
export interface SubjectName {
  readonly type: "dns" | "uri" | "email" | "address";
  readonly value: string;
  readonly isPrefix: boolean;
}

/** A claim, and values of which it has one; or, where it is a list, which the list holds. */
export interface ClaimRule {
  /** A dot leads into an object. */
  readonly claim: string;
  readonly kind: "is" | "holds";
  readonly values: readonly string[];
}

/** A header that says who calls: a claim of the token, or, without one, the client whose key, password or certificate it is. */
interface IdentityHeader {
  readonly header: string;
  readonly claim: string | undefined;
}

/** Where in a request a credential stands. */
export type CredentialLocation =
  /** `prefix` stands before it. */
  | { readonly in: "header"; readonly name: string; readonly prefix: string }
  | { readonly in: "query"; readonly name: string }
  | { readonly in: "cookie"; readonly name: string };

/** What an operation wants of one Security: a genuine credential, with all of these scopes. */
export interface Demand {
  readonly security: string;
  readonly scopes: readonly string[];
}

/** Demands that must all be met. */
export type Alternative = readonly Demand[];

/** The Securities that an operation's alternatives name, in the order of their names: whose credentials are looked for together. */
export const securitiesIn = (alternatives: readonly Alternative[]): CredentialSet =>
  [...new Set(alternatives.flat().map(({ security }) => security))].toSorted();

/** Names of Securities, in order. */
export type CredentialSet = readonly string[];

/** For people: `bearer [read] and key, or partner`. Of `securities` is said where one lets in who shows nothing. */
export const showAlternatives = (alternatives: readonly Alternative[], securities: readonly Security[] = []): string => {
  const optional = new Set(securities.filter(({ certificate }) => certificate?.isOptional === true).map(({ name }) => name));
  const shown = ({ security, scopes }: Demand): string => {
    const name = optional.has(security) ? `${security} (or no certificate)` : security;
    return scopes.length === 0 ? name : `${name} [${scopes.join(", ")}]`;
  };
  return alternatives.map((all) => all.map(shown).join(" and ")).join(", or ");
};

/** How a credential is known to be genuine: the environment's part of a Security. */
export interface Verifier {
  readonly security: string;
  readonly tokens: TokenVerifier | undefined;
  /** The Secret whose entries are the keys, by their clients' names. */
  readonly keys: ValueReference | undefined;
  /** How the policy agent checks credentials. */
  readonly agent: AgentVerifier | undefined;
  /** The authorities (PEM) that clients' certificates are checked against. */
  readonly trust: ValueReference | undefined;
  readonly locations: readonly CredentialLocation[];
  readonly blockedClients: readonly string[];
  /** The Security, as it is written. */
  readonly where: Place;
}

/** How the policy agent knows a credential to be genuine. */
export type AgentVerifier =
  /** The entry with the users, as htpasswd writes them. */
  | { readonly kind: "basic"; readonly users: ValueReference }
  | {
      readonly kind: "introspection";
      readonly url: string;
      /** The Secret with the client's id and secret as `username` and `password`. */
      readonly client: ValueReference;
      readonly audiences: readonly string[];
      readonly timeoutMs: number;
      readonly cacheMs: number;
      readonly trust: ValueReference | "system" | "anybody";
    }
  | {
      readonly kind: "authorizer";
      readonly url: string;
      readonly protocol: "http" | "grpc";
      readonly timeoutMs: number;
      readonly headers: readonly string[];
    };

export interface TokenVerifier {
  readonly issuers: readonly Issuer[];
  readonly clockSkewSeconds: number;
  readonly maxLifetimeSeconds: number | undefined;
  readonly cache: boolean;
  readonly scopeClaims: readonly string[];
}

export interface Issuer {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly keys: KeySet;
}

/** An issuer's public keys. */
export type KeySet =
  /** As JSON (RFC 7517). */
  | { readonly kind: "inline"; readonly json: string }
  | { readonly kind: "value"; readonly form: "jwks" | "certificate"; readonly from: ValueReference }
  /** Fetched by the gateway itself, from where the issuer says. */
  | { readonly kind: "discovered"; readonly from: ValueReference }
  /** Fetched by the gateway itself. */
  | { readonly kind: "remote"; readonly url: string; readonly target: Target };

/** A text that the environment keeps: in a Secret or ConfigMap of the cluster, or in a file; or what an issuer says of itself. */
export interface ValueReference {
  readonly kind: "Secret" | "ConfigMap" | "file" | "issuer";
  /** The object's name, the file's path, or the issuer. */
  readonly name: string;
  /** Undefined for the only entry, or for all. */
  readonly key: string | undefined;
}

/** The name under which an environment has an object's entries: `Secret/keys`. */
export const valueName = ({ kind, name }: ValueReference): string => `${kind}/${name}`;

/** What the environment keeps for a check of the policy agent. */
function agentReferences(agent: AgentVerifier | undefined): readonly ValueReference[] {
  if (agent?.kind === "basic") return [agent.users];
  if (agent?.kind !== "introspection") return [];
  return [agent.client, ...(typeof agent.trust === "string" ? [] : [agent.trust])];
}

/** A verifier whose Secrets and ConfigMaps are looked for under other names. */
export function withNames(verifier: Verifier, renamed: (name: string) => string): Verifier {
  const moved = (one: ValueReference): ValueReference =>
    one.kind === "Secret" || one.kind === "ConfigMap" ? { ...one, name: renamed(one.name) } : one;
  const { keys, trust, tokens, agent } = verifier;
  const issuers = tokens?.issuers.map((issuer) =>
    "from" in issuer.keys ? { ...issuer, keys: { ...issuer.keys, from: moved(issuer.keys.from) } } : issuer,
  );
  return {
    ...verifier,
    keys: keys && moved(keys),
    trust: trust && moved(trust),
    tokens: tokens && { ...tokens, issuers: issuers ?? [] },
    agent: agent && movedAgent(agent, moved),
  };
}

function movedAgent(agent: AgentVerifier, moved: (one: ValueReference) => ValueReference): AgentVerifier {
  if (agent.kind === "basic") return { ...agent, users: moved(agent.users) };
  if (agent.kind !== "introspection") return agent;
  return { ...agent, client: moved(agent.client), trust: typeof agent.trust === "string" ? agent.trust : moved(agent.trust) };
}

/** Each reference of a verifier, as often as it is there. */
export const verifierReferences = ({ keys, tokens, agent, trust }: Verifier): readonly ValueReference[] => [
  ...(keys === undefined ? [] : [keys]),
  ...(trust === undefined ? [] : [trust]),
  ...agentReferences(agent),
  ...(tokens?.issuers ?? []).flatMap((issuer) => ("from" in issuer.keys ? [issuer.keys.from] : [])),
];

/** Every reference of some verifiers, each object once. */
export const valueReferences = (verifiers: readonly Verifier[]): readonly ValueReference[] => [
  ...new Map(verifiers.flatMap(verifierReferences).map((one) => [valueName(one), one] as const)).values(),
];
