import type { z } from "zod";
import type { Resource } from "../api/resource.ts";
import type { SecuritySpec } from "../api/security.ts";
import type { credentialLocation } from "../api/token.ts";
import {
  type AgentVerifier,
  type CertificateRules,
  type CredentialLocation,
  type Security,
  type Verifier,
  withNames,
} from "../model/security.ts";
import { error, type Problem, warning } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { agentRules, entry } from "./agent-rules.ts";
import { oddClaim, oddIdentity, oddity, oddName } from "./odd-names.ts";
import { type JwtField, tokenRules, tokenVerifier } from "./token-rules.ts";

type LocationField = z.infer<typeof credentialLocation>;

/** Both parts of a Security. */
export interface CheckedSecurity {
  readonly security: Security;
  readonly verifier: Verifier;
}

/** What documents say of where credentials are. */
export interface Documented {
  /** Where their schemes say that this one is. */
  readonly documented: readonly CredentialLocation[];
  /** The header that carries tokens and passwords. */
  readonly header: string;
}

/**
 * A Security as an API uses it; undefined where nothing can be checked by it, which was said. What is wrong is added to `problems`.
 */
export function checkedSecurity(
  { name, spec, node }: Resource<SecuritySpec>,
  said: Documented,
  problems: Problem[],
): CheckedSecurity | undefined {
  const tokens = spec.jwt ?? spec.apiKey?.signed;
  const at = child(child(node, "spec"), spec.type);
  const locations = locationsOf(spec, said);
  if (locations.length === 0 && spec.apiKey !== undefined) {
    const message = `Nothing says where the key of \`${name}\` is: no document's scheme of type apiKey, and no \`locations\`. Write \`locations\`.`;
    problems.push(error("BadSecurity", placeOf(at), message));
    return undefined;
  }
  const odd = [...locations.map(oddName), ...identityOf(spec).map(oddIdentity), ...claimsOf(spec, tokens).map(oddClaim)];
  problems.push(...odd.flatMap((found) => (found === undefined ? [] : [error("BadSecurity", placeOf(at), oddity(found))])));
  const { apiKey, mtls } = spec;
  const asked = agentRules(name, spec);
  problems.push(...agentProblems(spec, node, asked?.agent));
  return {
    security: {
      name,
      token: tokens && tokenRules(tokens),
      keys: apiKey?.keys !== undefined,
      asked: asked?.asked,
      certificate: mtls && certificateRules(mtls),
      locations,
      forward: spec.jwt?.forward ?? apiKey?.forward ?? asked?.forward ?? false,
      scopes: spec.scopes ?? [],
      identity: identityOf(spec),
    },
    verifier: inItsNamespace({
      security: name,
      tokens: tokens && tokenVerifier(tokens, spec.jwt === undefined ? child(at, "signed") : at, problems),
      keys: apiKey?.keys && { kind: "Secret", name: apiKey.keys.name, key: undefined },
      agent: asked?.agent,
      trust: mtls && entry(mtls.trust, "ca.crt"),
      locations,
      blockedClients: spec.blockedClients ?? [],
      where: placeOf(at),
    }),
  };
}

/** What the policy agent cannot do for a Security. */
function agentProblems(spec: SecuritySpec, node: Node, agent: AgentVerifier | undefined): readonly Problem[] {
  const at = child(node, "spec");
  const late = "A request waits for an answer, and ten seconds at most. Write a `timeout` from `1ms` to `10s`.";
  const unknown =
    "Nobody but the authoriser knows who its clients are, so none of them is blocked here. Let it refuse them, and take this out.";
  return [
    ...(agent === undefined || isTimely(agent) ? [] : [error("WrongValue", placeOf(child(child(at, spec.type), "timeout")), late)]),
    ...(spec.authorizer === undefined || (spec.blockedClients ?? []).length === 0
      ? []
      : [warning("WrongValue", placeOf(child(at, "blockedClients")), unknown)]),
  ];
}

/** A Security of another namespace names Secrets and ConfigMaps of that one. */
function inItsNamespace(verifier: Verifier): Verifier {
  const [namespace, name] = verifier.security.split("/");
  return name === undefined ? verifier : withNames(verifier, (one) => `${namespace}/${one}`);
}

const isTimely = (agent: AgentVerifier): boolean => agent.kind === "basic" || (agent.timeoutMs > 0 && agent.timeoutMs <= 10_000);

/** Where the Security says, else where the document's schemes do, else in the header that RFC 6750 and RFC 7617 name, or the one in its place. */
function locationsOf(spec: SecuritySpec, { documented, header }: Documented): readonly CredentialLocation[] {
  const standard = (prefix: string): CredentialLocation => ({ in: "header", name: header, prefix });
  if (spec.mtls !== undefined || spec.authorizer !== undefined) return [];
  if (spec.basic !== undefined) return [standard("Basic ")];
  const tokens = spec.jwt ?? spec.oauth2;
  const said = (tokens ?? spec.apiKey)?.locations?.map(locationOf);
  if (said !== undefined || documented.length > 0 || tokens === undefined) return said ?? documented;
  return [standard("Bearer ")];
}

const locationOf = ({ header, query, cookie, prefix }: LocationField): CredentialLocation => {
  if (header !== undefined) return { in: "header", name: header.toLowerCase(), prefix: prefix ?? "" };
  return query === undefined ? { in: "cookie", name: cookie ?? "" } : { in: "query", name: query };
};

const claimsOf = ({ oauth2 }: SecuritySpec, tokens: JwtField | undefined): readonly string[] => [
  ...(tokens?.claims ?? oauth2?.claims ?? []).map(({ claim }) => claim),
  ...(tokens?.claimsToHeaders ?? []).map(({ claim }) => claim),
  ...(tokens?.scopeClaim === undefined ? [] : [tokens.scopeClaim]),
];

function identityOf({ jwt, apiKey, basic, mtls }: SecuritySpec): Security["identity"] {
  const fields = jwt?.claimsToHeaders ?? apiKey?.signed?.claimsToHeaders ?? [];
  const client = apiKey?.clientHeader ?? basic?.userHeader ?? mtls?.identityHeader;
  return [
    ...fields.map(({ claim, header }) => ({ header: header.toLowerCase(), claim })),
    ...(client === undefined ? [] : [{ header: client.toLowerCase(), claim: undefined }]),
  ];
}

const certificateRules = ({ subjects = [], mode = "mandatory" }: NonNullable<SecuritySpec["mtls"]>): CertificateRules => ({
  subjects: subjects.map(({ type, value, prefix }) => ({ type, value, isPrefix: prefix ?? false })),
  isOptional: mode === "optional",
});
