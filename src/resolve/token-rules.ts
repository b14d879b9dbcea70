import type { z } from "zod";
import { milliseconds } from "../api/duration.ts";
import type { jwt } from "../api/token.ts";
import { httpUrl } from "../api/url.ts";
import type { ClaimRule, Issuer, KeySet, TokenRules, TokenVerifier, ValueReference } from "../model/security.ts";
import { error, type Problem } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { parseServerUrl } from "./server-url.ts";

export type JwtField = z.infer<typeof jwt>;
type ClaimField = NonNullable<JwtField["claims"]>[number];

/** RFC 8725, section 3.1: the caller says which; these are asymmetric, and widely used. */
const defaultAlgorithms = ["RS256", "PS256", "ES256", "EdDSA"];

/** RFC 9068, section 2.2.3 and RFC 8693, section 4.2: `scope`; some issuers write `scp`. */
const defaultScopeClaims = ["scope", "scp"];

/** The part of signed tokens that is in the image. */
export const tokenRules = ({ algorithms, claims, scopeClaim }: JwtField): TokenRules => ({
  algorithms: algorithms ?? defaultAlgorithms,
  claims: (claims ?? []).map(claimRule),
  scopeClaims: scopeClaim === undefined ? defaultScopeClaims : [scopeClaim],
});

export function claimRule({ claim, equals, oneOf, contains }: ClaimField): ClaimRule {
  if (contains !== undefined) return { claim, kind: "holds", values: [contains] };
  return { claim, kind: "is", values: oneOf ?? [equals ?? ""] };
}

/** The environment's part of signed tokens, which are written at a node. What is wrong is added to `problems`. */
export function tokenVerifier(field: JwtField, at: Node, problems: Problem[]): TokenVerifier {
  const { clockSkew, maxLifetime, cache, scopeClaim, issuers } = field;
  const listed = child(at, "issuers");
  return {
    issuers: issuers.flatMap((one, index) => issuerOf(one, field, child(listed, index), problems) ?? []),
    clockSkewSeconds: Math.ceil(milliseconds(clockSkew ?? "60s") / 1000),
    maxLifetimeSeconds: maxLifetime === undefined ? undefined : Math.ceil(milliseconds(maxLifetime) / 1000),
    cache: cache ?? true,
    scopeClaims: scopeClaim === undefined ? defaultScopeClaims : [scopeClaim],
  };
}

function issuerOf(
  { issuer, audiences, jwks }: JwtField["issuers"][number],
  token: JwtField,
  at: Node,
  problems: Problem[],
): Issuer | undefined {
  const keys = jwks === undefined ? discoveredKeys(issuer, child(at, "issuer"), problems) : keySetOf(jwks, child(at, "jwks"), problems);
  return keys && { issuer, audiences: audiences ?? token.audiences ?? [], keys };
}

/** An issuer that is an address says itself where its keys are (OpenID Connect Discovery 1.0). */
function discoveredKeys(issuer: string, at: Node, problems: Problem[]): KeySet | undefined {
  if (httpUrl.safeParse(issuer).success) return { kind: "discovered", from: { kind: "issuer", name: issuer, key: undefined } };
  const message = "This is no address that could say where the issuer's keys are. Name them beside it, with `jwks: {url: ...}`.";
  problems.push(error("WrongValue", placeOf(at), message));
  return undefined;
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
