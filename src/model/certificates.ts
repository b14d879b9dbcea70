import { X509Certificate } from "node:crypto";
import { isCertificate } from "./certificate-form.ts";

/** What stands in a text in PEM for a certificate: one that all read, written anew; one that Envoy does not take, though others read it; or nothing that anybody reads. */
type Block = { readonly kind: "certificate"; readonly pem: string } | { readonly kind: "odd" | "none" };

/** The certificates in a text in PEM that Envoy takes. What else is in it is left out, for Envoy refuses the whole text for it. */
export const certificatesIn = (pem: string): readonly string[] =>
  blocksIn(pem).flatMap((block) => (block.kind === "certificate" ? [block.pem] : []));

/** Which of the certificates in a text in PEM, counted from 1, are left out. */
export const leftOutIn = (pem: string): readonly number[] =>
  blocksIn(pem).flatMap(({ kind }, index) => (kind === "certificate" ? [] : [index + 1]));

/** Whether a text in PEM says whom to believe, though it be nobody whose certificate Envoy takes. */
export const saysAuthorities = (pem: string): boolean => blocksIn(pem).some(({ kind }) => kind !== "none");

const begin = "-----BEGIN CERTIFICATE-----";

const blocksIn = (pem: string): readonly Block[] =>
  pem
    .split(begin)
    .slice(1)
    .map((rest) => blockOf(begin + rest));

/** OpenSSL's reading of the first certificate in a text, and no octet besides, is what is looked at and written. */
function blockOf(text: string): Block {
  try {
    const read = new X509Certificate(text);
    return isCertificate(read.raw) ? { kind: "certificate", pem: read.toString().trimEnd() } : { kind: "odd" };
  } catch {
    return { kind: "none" };
  }
}
