import { X509Certificate } from "node:crypto";

/** A public key as JSON (RFC 7517, section 4). */
type PublicKey = Readonly<Record<string, unknown>> & { readonly kty: string };

/** An issuer's public keys, or what is wrong with the text that should hold them. */
export type ReadKeySet =
  | { readonly kind: "keys"; readonly keys: readonly PublicKey[] }
  | { readonly kind: "wrong"; readonly why: "notJson" | "noKeys" | "secretKey" | "notCertificate" };

/** What only a private key, or one that both sides share, has (RFC 7518, sections 6.2.2, 6.3.2 and 6.4). */
const secretParts = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The public keys in a JSON Web Key Set, or in one key alone. One that is secret makes the whole of it wrong: with it, tokens could be made. */
export function readKeySet(json: string): ReadKeySet {
  const value = parsed(json);
  if (!isObject(value)) return { kind: "wrong", why: "notJson" };
  const list: readonly unknown[] = Array.isArray(value.keys) ? value.keys : [value];
  const keys = list.filter(isPublicKey);
  if (list.some((key) => isObject(key) && secretParts.some((part) => Object.hasOwn(key, part)))) return { kind: "wrong", why: "secretKey" };
  return keys.length === 0 ? { kind: "wrong", why: "noKeys" } : { kind: "keys", keys };
}

const isPublicKey = (key: unknown): key is PublicKey => isObject(key) && typeof key.kty === "string" && key.kty !== "oct";

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The public key in a certificate (PEM). */
export function keySetOfCertificate(pem: string): ReadKeySet {
  try {
    const { kty, ...rest } = new X509Certificate(pem).publicKey.export({ format: "jwk" });
    return kty === undefined ? { kind: "wrong", why: "notCertificate" } : { kind: "keys", keys: [{ kty, ...rest }] };
  } catch {
    return { kind: "wrong", why: "notCertificate" };
  }
}
