import { X509Certificate } from "node:crypto";

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a text in PEM that are some; what is none is left out. */
export const certificatesIn = (pem: string): readonly string[] => (pem.match(block) ?? []).filter(isCertificate);

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return isDer(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64"));
  } catch {
    return false;
  }
}

/** Whether its length is said in front, and is all that there is: BER may leave it open, which X.509 has not (RFC 5280, section 4.1), and with such a one Envoy does not start. */
function isDer(raw: Uint8Array): boolean {
  const [tag, first = 0] = raw;
  if (tag !== 0x30 || first === 0x80) return false;
  if (first < 0x80) return raw.length === 2 + first;
  const digits = raw.subarray(2, 2 + (first & 0x7f));
  return raw.length === 2 + digits.length + Number(`0x${Buffer.from(digits).toString("hex") || "0"}`);
}
