import type { KeyObject } from "node:crypto";

/** What Envoy serves with (envoy: transport_sockets.tls.v3.TlsCertificate): it takes no other curve, and no shorter modulus. */
const curves = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const leastModulus = 2048;

/** Whether Envoy serves with a key: of RSA or on a curve. */
export function isServed({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === "rsa") return (asymmetricKeyDetails?.modulusLength ?? 0) >= leastModulus;
  return asymmetricKeyType === "ec" && curves.has(asymmetricKeyDetails?.namedCurve ?? "");
}
