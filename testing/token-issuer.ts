import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** What a token is made of, where that is not what a good one has. */
export interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** In place of all claims, as it is. */
  readonly body?: string;
  /** In place of the signature. */
  readonly signature?: (signed: string) => string;
}

/** Somebody who makes tokens (RFC 7519) with a key of their own, for tests alone. */
export interface TokenIssuer {
  readonly issuer: string;
  /** The public keys as JSON (RFC 7517). */
  readonly jwks: string;
  readonly publicPem: string;
  token(parts?: TokenParts): string;
}

const base64url = (value: unknown): string => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const curve = (namedCurve: string) => () => generateKeyPairSync("ec", { namedCurve });

const pairs = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: curve("P-256"),
  ES384: curve("P-384"),
  ES512: curve("P-521"),
  EdDSA: () => generateKeyPairSync("ed25519"),
} as const;

export type Algorithm = keyof typeof pairs;

function signature(algorithm: Algorithm, key: KeyObject, text: string): string {
  const bytes = Buffer.from(text);
  if (algorithm === "EdDSA") return sign(null, bytes, key).toString("base64url");
  const bits = Number(algorithm.slice(2));
  // 6 is RSA_PKCS1_PSS_PADDING, whose salt is as long as the hash (RFC 7518, section 3.5).
  const options = algorithm.startsWith("PS") ? { key, padding: 6, saltLength: bits / 8 } : { key, dsaEncoding: "ieee-p1363" as const };
  return sign(`sha${bits}`, bytes, options).toString("base64url");
}

/** Tokens of it are good for an hour, for the audience `pets`, and say that they are of `ann`. Its key is new, unless it has one. */
export function tokenIssuer(
  issuer = "https://issuer.test",
  algorithm: Algorithm = "RS256",
  kid = "one",
  privateKey = pairs[algorithm]().privateKey,
): TokenIssuer {
  const publicKey = createPublicKey(privateKey);
  return {
    issuer,
    jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid, use: "sig" }] }),
    publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    token({ header = {}, claims = {}, body: whole, signature: other } = {}) {
      const expires = Math.floor(Date.now() / 1000) + 3600;
      const body = { iss: issuer, sub: "ann", aud: "pets", exp: expires, ...claims };
      const signed = `${base64url({ alg: algorithm, typ: "JWT", kid, ...header })}.${base64url(whole ?? body)}`;
      return `${signed}.${other?.(signed) ?? signature(algorithm, privateKey, signed)}`;
    },
  };
}

/** What somebody signs with who takes a text that everybody knows for a shared secret. */
export const hmac = (secret: string, signed: string): string => createHmac("sha256", secret).update(signed).digest("base64url");
