import { startBackend } from "./backend.ts";
import type { Scope } from "./scope.ts";
import { type TokenIssuer, tokenIssuer } from "./token-issuer.ts";

/** Somebody who signs tokens, says where the keys are, and knows the opaque token `good` for `gateway` with its password. */
export async function startIssuer(scope: Scope, password: string): Promise<TokenIssuer> {
  let answers: Readonly<Record<string, object>> = {};
  const { url } = await startBackend(scope, ({ path, headers, body }, response) => {
    const isKnown = headers.authorization === `Basic ${Buffer.from(`gateway:${password}`).toString("base64")}`;
    const active = new URLSearchParams(String(body)).get("token") === "good";
    const answer = path === "/introspect" && isKnown ? { active, aud: "pets", scope: "read", tier: "gold" } : answers[path];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? {}));
  });
  const issuer = tokenIssuer(url);
  answers = { "/.well-known/openid-configuration": { issuer: url, jwks_uri: `${url}/keys` }, "/keys": JSON.parse(issuer.jwks) };
  return issuer;
}
