import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

/** A public key as JSON (RFC 7517, section 4). */
type PublicKey = Readonly<Record<string, unknown>> & { readonly kty: string };

/** An issuer's public keys, or what is wrong with the text that should hold them. */
export type ReadKeySet =
  | { readonly kind: "keys"; readonly keys: readonly PublicKey[] }
  | { readonly kind: "wrong"; readonly why: "notJson" | "noKeys" | "notCertificate" | "unfitKey" }
  /** What is beside it that is public. */
  | { readonly kind: "wrong"; readonly why: "secretKey"; readonly rest: readonly PublicKey[] };

/** What only a private key, or one that both sides share, has (RFC 7518, sections 6.2.2, 6.3.2 and 6.4). */
const secretParts = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The public keys in a JSON Web Key Set, or in one key alone, that tokens can be verified with; others are passed over (RFC 7517, section 5). One that is
 * secret is wrong, and no good: with it, tokens could be made.
 */
export function readKeySet(json: string): ReadKeySet {
  const value = parsed(json);
  if (!isObject(value)) return { kind: "wrong", why: "notJson" };
  const list: readonly unknown[] = Array.isArray(value.keys) ? value.keys : [value];
  const open = list.filter((key) => !isSecret(key));
  const keys = open.filter(isPublicKey).flatMap((key) => usable(key) ?? []);
  if (open.length < list.length) return { kind: "wrong", why: "secretKey", rest: keys };
  return keys.length === 0 ? { kind: "wrong", why: "noKeys" } : { kind: "keys", keys };
}

/** What a key may be said to be for (RFC 7518, section 3.1; RFC 8037): Envoy refuses a set with another. */
const algorithmsOf: Readonly<Record<string, RegExp>> = { RSA: /^[RP]S(?:256|384|512)$/, EC: /^ES(?:256|384|512)$/, OKP: /^EdDSA$/ };

/** The algorithm of a curve (RFC 7518, section 3.4). */
const algorithmOfCurve: Readonly<Record<string, string>> = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };

/**
 * A key of a kind that Envoy knows (jwt_verify_lib) and whose numbers are in order, written in one way alone: Envoy refuses a set with one that it cannot read, and then all that is changed
 * beside it. Undefined for any other.
 */
function usable({ kty, crv, use, alg, kid, ...rest }: PublicKey): PublicKey | undefined {
  if (!isKnown(kty, String(crv), alg) || (use !== undefined && use !== "sig")) return undefined;
  const numbers = numbersOf({ kty, ...(typeof crv === "string" ? { crv } : {}), ...texts(rest) });
  if (numbers === undefined || (kty === "RSA" && !isSafe(numbers))) return undefined;
  return {
    ...numbers,
    ...(typeof kid === "string" ? { kid: kid.toWellFormed() } : {}),
    ...(typeof alg === "string" ? { alg } : {}),
    ...(use === undefined ? {} : { use }),
  };
}

/** Whether Envoy knows the kind of key, and the algorithm, where one is said, goes with it. */
function isKnown(kty: string, curve: string, alg: unknown): boolean {
  if (alg !== undefined && !(algorithmsOf[kty] ?? /^$/).test(String(alg))) return false;
  if (kty === "EC") return Object.hasOwn(algorithmOfCurve, curve) && (alg === undefined || alg === algorithmOfCurve[curve]);
  return kty === "RSA" || (kty === "OKP" && curve === "Ed25519");
}

/** What a key is made of, in base64url without padding (RFC 7515, section 2). */
function numbersOf(key: Readonly<Record<string, string>>): PublicKey | undefined {
  try {
    const read = jwkOf(createPublicKey({ key, format: "jwk" }));
    return isPublicKey(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** 2048 bits or more (RFC 7518, section 3.3), and no more and no other numbers than BoringSSL takes (crypto/rsa: `RSA_check_key`). */
function isSafe({ n, e }: PublicKey): boolean {
  const [modulus = 0n, exponent = 0n] = [n, e].map((text) => BigInt(`0x${Buffer.from(String(text), "base64url").toString("hex") || "0"}`));
  const bits = modulus.toString(2).length;
  return bits >= 2048 && bits <= 16_384 && modulus % 2n === 1n && exponent % 2n === 1n && exponent >= 3n && exponent < 2n ** 33n;
}

/** The members of a key that are text, as all are that a public key is made of. */
const texts = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(members).flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : [])));

const isSecret = (key: unknown): boolean => isObject(key) && secretParts.some((part) => Object.hasOwn(key, part));

/** The keys of a set that can be verified with, whatever is wrong beside them. */
export const usableKeys = (read: ReadKeySet): readonly PublicKey[] => {
  if (read.kind === "keys") return read.keys;
  return read.why === "secretKey" ? read.rest : [];
};

const isPublicKey = (key: unknown): key is PublicKey => isObject(key) && typeof key.kty === "string" && key.kty !== "oct";

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The public key in a certificate (PEM), where tokens can be verified with it: Envoy refuses others, and all that is changed with them. */
export function keySetOfCertificate(pem: string): ReadKeySet {
  const certificate = certificateIn(pem);
  if (certificate === undefined) return { kind: "wrong", why: "notCertificate" };
  const key = jwkOf(certificate.publicKey);
  const found = isPublicKey(key) ? usable(key) : undefined;
  return found === undefined ? { kind: "wrong", why: "unfitKey" } : { kind: "keys", keys: [found] };
}

function certificateIn(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Undefined for a kind of key that has no such form, such as DSA. */
function jwkOf(key: KeyObject): unknown {
  try {
    return key.export({ format: "jwk" });
  } catch {
    return undefined;
  }
}

/** The keys in a text of either form. */
export const readKeys = (form: "jwks" | "certificate", text: string): ReadKeySet =>
  form === "certificate" ? keySetOfCertificate(text) : readKeySet(text);
