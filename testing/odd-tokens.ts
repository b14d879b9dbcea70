import { hmac, type TokenParts, tokenIssuer } from "./token-issuer.ts";

// RFC 8725 and its kin. docs/security.md has each row's result; a token that is no good must be 401, and its request must not reach the backend.

export const issuer = tokenIssuer();
export const elliptic = tokenIssuer("https://elliptic.test", "ES256");
/** Both, as a Security believes them. */
export const issuers = [issuer, elliptic].map((one) => ({ issuer: one.issuer, jwks: { inline: one.jwks } }));
const now = Math.floor(Date.now() / 1000);
const written = (more: string): string => `{"iss":"${issuer.issuer}","aud":"pets",${more}}`;

/** Tokens that are no good, and why. */
export const refused: readonly (readonly [what: string, parts: TokenParts])[] = [
  ["alg none, with no signature", { header: { alg: "none" }, signature: () => "" }],
  ["alg None", { header: { alg: "None" }, signature: () => "" }],
  ["alg nOnE with a signature", { header: { alg: "nOnE" } }],
  ["no alg", { header: { alg: undefined } }],
  ["HMAC with the public key in PEM", { header: { alg: "HS256" }, signature: (signed) => hmac(issuer.publicPem, signed) }],
  ["HMAC with the key set", { header: { alg: "HS256" }, signature: (signed) => hmac(issuer.jwks, signed) }],
  ["an algorithm that is not allowed, by the same key", { header: { alg: "RS512" } }],
  ["another kid", { header: { kid: "two" } }],
  ["a kid that is a path", { header: { alg: "HS256", kid: "../../../dev/null" }, signature: (signed) => hmac("", signed) }],
  ["a kid that is SQL", { header: { kid: "x' UNION SELECT 'key" } }],
  ["expired", { claims: { exp: now - 3600 } }],
  ["expired for two minutes, with a skew of one", { claims: { exp: now - 120 } }],
  ["not yet valid", { claims: { nbf: now + 3600 } }],
  ["without an end", { claims: { exp: undefined } }],
  ["of another issuer", { claims: { iss: "https://evil.test" } }],
  ["of an issuer whose name begins alike", { claims: { iss: "https://issuer.test.evil.test" } }],
  ["without an issuer", { claims: { iss: undefined } }],
  ["for another audience", { claims: { aud: "shop" } }],
  ["for no audience", { claims: { aud: undefined } }],
  ["for a list of other audiences", { claims: { aud: ["shop", "store"] } }],
  ["with a signature that is cut off", { signature: () => "AAAA" }],
  ["with a signature that is empty", { signature: () => "" }],
  ["an algorithm in letters that look alike", { header: { alg: "RS\uff1256" } }],
  ["an algorithm with a blank", { header: { alg: "RS256 " } }],
  ["a list of algorithms", { header: { alg: ["RS256"] } }],
  ["a kid with a NUL", { header: { kid: "one\0" } }],
  ["an audience in letters that look alike", { claims: { aud: "\uff50ets" } }],
  ["an end that is a text", { claims: { exp: String(now + 3600) } }],
  ["an end beyond all numbers", { claims: { exp: 1e300 } }],
  ["an end before all time", { claims: { exp: -1 } }],
  ["that must be understood (crit)", { header: { crit: ["b64"], b64: false } }],
  ["that must be understood, in nothing", { header: { crit: [] } }],
  ["two ends, the first of which is over", { body: written(`"exp":1,"exp":${now + 3600}`) }],
  ["two ends, the last of which is over", { body: written(`"exp":${now + 3600},"exp":1`) }],
  ["two audiences that are both a name", { body: written(`"exp":${now + 3600},"aud":"shop"`) }],
  ["claims with something behind them", { body: `${written(`"exp":${now + 3600}`)}x` }],
  ["claims behind a byte order mark", { body: `\ufeff${written(`"exp":${now + 3600}`)}` }],
];

/** Who signs with a key of his own, and says where it is. */
export const thief = tokenIssuer(issuer.issuer);

/** How a token says where its key is: in itself, or at a URL (RFC 7515, section 4.1). */
export const ownKeys: Readonly<Record<string, (url: string) => Readonly<Record<string, unknown>>>> = {
  "a key of its own in jwk": () => ({ jwk: JSON.parse(thief.jwks).keys[0] }),
  "a key set of its own in jku": (url) => ({ jku: `${url}/keys` }),
  "a certificate of its own in x5u": (url) => ({ x5u: `${url}/certificate` }),
};

/** Claims of tokens that are good, and larger than a request's headers may be. */
export const tooLarge: readonly (readonly [what: string, claims: Readonly<Record<string, unknown>>])[] = [
  ["ten thousand claims", Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`claim${index}`, index]))],
  ["a huge token", { padding: "x".repeat(60_000) }],
];

/** Tokens that are good, though they look odd. */
export const accepted: readonly (readonly [what: string, parts: TokenParts, scheme?: string])[] = [
  ["with a list of audiences that has it", { claims: { aud: ["shop", "pets"] } }],
  ["issued in the future, of which RFC 7519 says nothing", { claims: { iat: now + 3600 } }],
  ["expired a moment ago, within the skew", { claims: { exp: now - 10 } }],
  ["whose scheme is in small letters", {}, "bearer"],
  ["that is huge, and fits into a request's headers", { claims: { padding: "x".repeat(30_000) } }],
  ["with a thousand claims", { claims: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`claim${index}`, index])) }],
];

/** Requests whose tokens are good, and not as a request should show them. */
const token = issuer.token({ claims: { scope: "read" } });
const [head = "", body = "", signature = ""] = token.split(".");
const twice = Buffer.from(`{"iss":"${issuer.issuer}","aud":"pets","exp":${now - 10_000},"exp":${now + 3600}}`).toString("base64url");
export const odd: readonly (readonly [what: string, target: string, headers: Readonly<Record<string, string>>])[] = [
  ["two tokens in one header", "/pets", { authorization: `Bearer ${token}, Bearer ${token}` }],
  ["a forged token before it, its scheme in capitals", "/pets", { authorization: `BEARER ${head}.${body}.AAAA,Bearer ${token}` }],
  ["a forged token behind it, its scheme in small letters", "/pets", { authorization: `Bearer ${token}, bearer ${head}.${body}.AAAA` }],
  ["a password before it", "/pets", { authorization: `Basic YWRtaW46YWRtaW4= Bearer ${token}` }],
  ["a letter before the scheme", "/pets", { authorization: `xBearer ${token}` }],
  ["a token in the query, where the header alone is allowed", `/pets?access_token=${token}`, {}],
  ["a token in a cookie", "/pets", { cookie: `access_token=${token}` }],
  ["a token in another header", "/pets", { "x-authorization": `Bearer ${token}` }],
  ["another scheme", "/pets", { authorization: `Basic ${token}` }],
  ["no scheme", "/pets", { authorization: token }],
  ["a tab behind the scheme", "/pets", { authorization: `Bearer\t${token}` }],
  ["a blank of another kind behind the scheme", "/pets", { authorization: `Bearer\u00a0${token}` }],
  ["a blank of another kind behind the token", "/pets", { authorization: `Bearer ${token}\u00a0` }],
  ["a word behind the token", "/pets", { authorization: `Bearer ${token} x` }],
  ["a tab in the token", "/pets", { authorization: `Bearer ${head}.\t${body}.${signature}` }],
  ["a letter changed in the claims", "/pets", { authorization: `Bearer ${head}.${body.replace(/.$/, "A")}x.${signature}` }],
  ["claims of another token", "/pets", { authorization: `Bearer ${head}.${twice}.${signature}` }],
  ["four parts", "/pets", { authorization: `Bearer ${token}.x` }],
  ["two parts", "/pets", { authorization: `Bearer ${head}.${body}` }],
  ["letters that are none of base64url", "/pets", { authorization: `Bearer ${head}.${body}.${signature}+/=` }],
];
