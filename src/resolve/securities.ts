import type { z } from "zod";
import { milliseconds } from "../api/duration.ts";
import type { Resource } from "../api/resource.ts";
import type { SecuritySpec } from "../api/security.ts";
import type { credentialLocation, jwt } from "../api/token.ts";
import type {
  ClaimRule,
  CredentialLocation,
  Issuer,
  KeySet,
  Security,
  TokenRules,
  TokenVerifier,
  ValueReference,
  Verifier,
} from "../model/security.ts";
import { error, type Problem } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { parseServerUrl } from "./server-url.ts";

type JwtField = z.infer<typeof jwt>;
type LocationField = z.infer<typeof credentialLocation>;

/** Both parts of a Security that this version can check. */
export interface CheckedSecurity {
  readonly security: Security;
  readonly verifier: Verifier;
}

/** RFC 8725, section 3.1: the caller says which; these are asymmetric, and widely used. */
const defaultAlgorithms = ["RS256", "PS256", "ES256", "EdDSA"];

/** RFC 9068, section 2.2.3 and RFC 8693, section 4.2: `scope`; some issuers write `scp`. */
const defaultScopeClaims = ["scope", "scp"];

const bearer: CredentialLocation = { in: "header", name: "authorization", prefix: "Bearer " };

/**
 * A Security as an API uses it; undefined for a kind that this version does not check, which was said. `documented` is where the document's
 * schemes say that the credential is. What is wrong is added to `problems`.
 */
export function checkedSecurity(
  { name, spec, node }: Resource<SecuritySpec>,
  documented: readonly CredentialLocation[],
  problems: Problem[],
): CheckedSecurity | undefined {
  const tokens = spec.jwt ?? spec.apiKey?.signed;
  if (spec.jwt === undefined && spec.apiKey === undefined) return undefined;
  const at = child(child(node, "spec"), spec.type);
  const locations = locationsOf(spec, documented);
  if (locations.length === 0) {
    const message = `Nothing says where the key of \`${name}\` is: no document's scheme of type apiKey, and no \`locations\`. Write \`locations\`.`;
    problems.push(error("BadSecurity", placeOf(at), message));
    return undefined;
  }
  const odd = [...locations.map(oddName), ...identityOf(spec).map(oddIdentity), ...claimsOf(tokens).map(oddClaim)];
  problems.push(...odd.flatMap((found) => (found === undefined ? [] : [error("BadSecurity", placeOf(at), oddity(found))])));
  const tokenAt = spec.jwt === undefined ? child(at, "signed") : at;
  const issuers = (tokens?.issuers ?? []).map((one, index) => issuerOf(one, tokens, child(child(tokenAt, "issuers"), index), problems));
  const keys = spec.apiKey?.keys;
  return {
    security: {
      name,
      token: tokens && rulesOf(tokens),
      keys: keys !== undefined,
      locations,
      forward: spec.jwt?.forward ?? spec.apiKey?.forward ?? false,
      scopes: spec.scopes ?? [],
      identity: identityOf(spec),
    },
    verifier: {
      security: name,
      tokens:
        tokens &&
        verifierOf(
          tokens,
          issuers.flatMap((one) => one ?? []),
        ),
      keys: keys && { kind: "Secret", name: keys.name, key: undefined },
      locations,
      blockedClients: spec.blockedClients ?? [],
      where: placeOf(at),
    },
  };
}

/** Where the Security says, else where the document's schemes do; a token's is where RFC 6750 says. */
function locationsOf({ jwt: tokens, apiKey }: SecuritySpec, documented: readonly CredentialLocation[]): readonly CredentialLocation[] {
  const said = (tokens ?? apiKey)?.locations?.map(locationOf);
  if (said !== undefined || documented.length > 0 || tokens === undefined) return said ?? documented;
  return [bearer];
}

/** Names with characters of no special meaning to Envoy's formats. */
const plainName = /^[\w.~[\]-]+$/;
const plainClaim = /^[^:%()\s]+$/;
/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~\w-]+$/;

function oddName(location: CredentialLocation): string | undefined {
  if (location.in === "header" && unseen.test(location.name)) return location.name;
  if (location.in !== "header") return plainName.test(location.name) ? undefined : location.name;
  return token.test(location.name) && /^[\x20-\x7e]*$/.test(location.prefix) ? undefined : `${location.prefix}${location.name}`;
}

/** What frames a message, or says whom it is for, is no header to tell a name in. */
const framing = /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|te|trailer|upgrade)$/;

/** Nor one to find a credential in: the gateway itself writes them anew, or takes them out, before it looks. */
const unseen =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|te|trailer|upgrade|proxy|x-request-id|x-forwarded-.*|x-envoy-.*|portico-.*)$/;

function oddIdentity({ header, claim }: Security["identity"][number]): string | undefined {
  if (framing.test(header)) return header;
  return claim !== undefined && !plainClaim.test(claim) ? claim : undefined;
}

/** Every part of a claim's name leads somewhere. */
const oddClaim = (claim: string): string | undefined => (claim.split(".").includes("") ? claim : undefined);

const claimsOf = (tokens: JwtField | undefined): readonly string[] => [
  ...(tokens?.claims ?? []).map(({ claim }) => claim),
  ...(tokens?.claimsToHeaders ?? []).map(({ claim }) => claim),
  ...(tokens?.scopeClaim === undefined ? [] : [tokens.scopeClaim]),
];

const oddity = (name: string): string =>
  `\`${name}\` is none that the gateway can look for, or write, there. Use letters, digits, \`-\`, \`_\`, \`.\` and \`~\`.`;

const locationOf = ({ header, query, cookie, prefix }: LocationField): CredentialLocation => {
  if (header !== undefined) return { in: "header", name: header.toLowerCase(), prefix: prefix ?? "" };
  return query === undefined ? { in: "cookie", name: cookie ?? "" } : { in: "query", name: query };
};

const rulesOf = ({ algorithms, claims, scopeClaim }: JwtField): TokenRules => ({
  algorithms: algorithms ?? defaultAlgorithms,
  claims: (claims ?? []).map(ruleOf),
  scopeClaims: scopeClaim === undefined ? defaultScopeClaims : [scopeClaim],
});

function ruleOf({ claim, equals, oneOf, contains }: NonNullable<JwtField["claims"]>[number]): ClaimRule {
  if (contains !== undefined) return { claim, kind: "holds", values: [contains] };
  return { claim, kind: "is", values: oneOf ?? [equals ?? ""] };
}

function identityOf({ jwt: tokens, apiKey }: SecuritySpec): Security["identity"] {
  const fields = tokens?.claimsToHeaders ?? apiKey?.signed?.claimsToHeaders ?? [];
  return [
    ...fields.map(({ claim, header }) => ({ header: header.toLowerCase(), claim })),
    ...(apiKey?.clientHeader === undefined ? [] : [{ header: apiKey.clientHeader.toLowerCase(), claim: undefined }]),
  ];
}

const verifierOf = ({ clockSkew, maxLifetime, cache, scopeClaim }: JwtField, issuers: readonly Issuer[]): TokenVerifier => ({
  issuers,
  clockSkewSeconds: Math.ceil(milliseconds(clockSkew ?? "60s") / 1000),
  maxLifetimeSeconds: maxLifetime === undefined ? undefined : Math.ceil(milliseconds(maxLifetime) / 1000),
  cache: cache ?? true,
  scopeClaims: scopeClaim === undefined ? defaultScopeClaims : [scopeClaim],
});

function issuerOf(
  { issuer, audiences, jwks }: JwtField["issuers"][number],
  token: JwtField | undefined,
  at: Node,
  problems: Problem[],
): Issuer | undefined {
  if (jwks === undefined) {
    const message = "Discovery of an issuer's keys is not done by this version of Portico yet. Name its keys with `jwks: {url: ...}`.";
    problems.push(error("NotYet", placeOf(at), message));
    return undefined;
  }
  const keys = keySetOf(jwks, child(at, "jwks"), problems);
  return keys && { issuer, audiences: audiences ?? token?.audiences ?? [], keys };
}

function keySetOf(jwks: NonNullable<JwtField["issuers"][number]["jwks"]>, at: Node, problems: Problem[]): KeySet | undefined {
  const { url, inline, secret, configMap, certificate, file } = jwks;
  if (inline !== undefined) return { kind: "inline", json: inline };
  if (url !== undefined) return remoteKeys(url, child(at, "url"), problems);
  const value = (from: ValueReference, form: "jwks" | "certificate" = "jwks"): KeySet => ({ kind: "value", form, from });
  if (secret !== undefined) return value({ kind: "Secret", name: secret.name, key: secret.key });
  if (configMap !== undefined) return value({ kind: "ConfigMap", name: configMap.name, key: configMap.key });
  if (certificate !== undefined) return value({ kind: "Secret", name: certificate.name, key: certificate.key }, "certificate");
  return value({ kind: "file", name: beside(at.file.name, file ?? ""), key: undefined });
}

/** A path as it is meant in a file: from where that is. */
const beside = (file: string, path: string): string => (path.startsWith("/") ? path : `${file.slice(0, file.lastIndexOf("/") + 1)}${path}`);

function remoteKeys(url: string, at: Node, problems: Problem[]): KeySet | undefined {
  const { target } = parseServerUrl(url);
  if (typeof target !== "string") return { kind: "remote", url, target };
  problems.push(error("WrongValue", placeOf(at), "This is no url that keys can be fetched from. Write `https://issuer.example/keys`."));
  return undefined;
}
