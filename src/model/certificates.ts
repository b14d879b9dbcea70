import { X509Certificate } from "node:crypto";

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a text in PEM that are some; what is none is left out. */
export const certificatesIn = (pem: string): readonly string[] => (pem.match(block) ?? []).filter(isCertificate);

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
