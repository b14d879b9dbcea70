import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { readText } from "./read-text.ts";

/** What Envoy serves with (envoy: transport_sockets.tls.v3.TlsCertificate): it takes no other curve, and no shorter modulus. */
const curves = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const leastModulus = 2048;

/** Whether two PEM files are a certificate and its private key that a listener can serve with. The Problem names the file that is wrong. */
export async function checkCertificate(files: { readonly certificate: string; readonly key: string }): Promise<Checked<void>> {
  const [certificateText, keyText] = [await readText(files.certificate), await readText(files.key)];
  if (!certificateText.ok || !keyText.ok) return failed(...certificateText.problems, ...keyText.problems);
  const certificate = tried(() => new X509Certificate(certificateText.value));
  if (certificate === undefined)
    return bad(files.certificate, "The file holds no certificate. Write it in PEM: -----BEGIN CERTIFICATE-----.");
  const key = tried(() => createPrivateKey(keyText.value));
  if (key === undefined)
    return bad(files.key, "The file holds no private key that can be read. Write it in PEM, not encrypted: -----BEGIN PRIVATE KEY-----.");
  if (!certificate.checkPrivateKey(key))
    return bad(
      files.key,
      `The private key does not belong to the certificate of ${files.certificate}. Name the one that it was made with.`,
    );
  if (!isServed(key))
    return bad(files.key, "Envoy serves RSA keys of 2048 bits or more, and EC keys on P-256, P-384 or P-521. Make such a key.");
  if (tried(() => createSecureContext({ cert: certificateText.value, key: keyText.value })) === undefined)
    return bad(
      files.certificate,
      "The chain behind the first certificate cannot be read. Write each certificate in PEM, one after the other.",
    );
  return checked(undefined, []);
}

const bad = (file: string, message: string) => failed(error("BadCertificate", wholeFile(file), message));

function isServed({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === "rsa") return (asymmetricKeyDetails?.modulusLength ?? 0) >= leastModulus;
  return asymmetricKeyType === "ec" && curves.has(asymmetricKeyDetails?.namedCurve ?? "");
}

/** What a function makes, or undefined when it throws: OpenSSL says what is wrong in words for nobody. */
function tried<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
