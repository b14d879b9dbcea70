import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { leftOutIn } from "../model/certificates.ts";
import { isServed } from "../model/served-key.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { readText } from "./read-text.ts";

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
  const isRead = tried(() => createSecureContext({ cert: certificateText.value, key: keyText.value })) !== undefined;
  if (!isRead || leftOutIn(certificateText.value).length > 0)
    return bad(
      files.certificate,
      "The chain behind the first certificate cannot be read, or Envoy does not take all of it (RFC 5280, section 4.1). Write each certificate in PEM, one after the other.",
    );
  return checked(undefined, []);
}

const bad = (file: string, message: string) => failed(error("BadCertificate", wholeFile(file), message));

/** What a function makes, or undefined when it throws: OpenSSL says what is wrong in words for nobody. */
function tried<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
