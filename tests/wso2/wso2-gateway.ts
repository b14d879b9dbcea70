import type { Scope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, protectedGateway, tokenSecurity } from "../security/protected-gateway.ts";

/** A gateway of a document as it was written for WSO2's: where its requests go is said by keys of WSO2's alone. */
export const wso2Gateway = (
  scope: Scope,
  document: Readonly<Record<string, unknown>>,
  resources: readonly object[] = [],
  surroundings: Parameters<typeof protectedGateway>[3] = {},
): ReturnType<typeof protectedGateway> =>
  protectedGateway(
    scope,
    { openapi: "3.0.0", ...document, "x-portico": { backend: undefined, ...Object(document["x-portico"]) } },
    resources,
    surroundings,
  );

/** The path item of an operation with GET and POST, and with keys of WSO2's. */
export const operation = (keys: object = {}): object => {
  const one = { responses: { 200: { description: "ok" } }, ...keys };
  return { get: one, post: one };
};

const issuer = tokenIssuer();

/** What takes tokens where a document names no scheme, as documents for WSO2's gateway do. */
export const tokens = tokenSecurity("jwt", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] });

/** The header with a good token. */
export const token = (claims: object = {}): Readonly<Record<string, string>> => bearer(issuer.token({ claims: { ...claims } }));
