import { errorCode } from "../../error-code.ts";
import { printable } from "../../text/printable.ts";

/** What is wrong with the other end's certificate, as OpenSSL and Node say it. */
const certificateCodes = /CERT|SIGNATURE|SELF_SIGNED|UNABLE_TO/;

/** Why no connection with TLS came about, in two sentences; undefined where something else failed. */
export function whyUntrusted(thrown: unknown): string | undefined {
  const [code, text] = [errorCode(thrown), thrown instanceof Error ? thrown.message : ""];
  if (/wrong version number|packet length too long|http request/i.test(text))
    return "The registry speaks no TLS. If it is one of your own, on a network of your own, say --plain-http.";
  const [, alert] = /SSL alert number (\d+)/.exec(text) ?? [];
  if (alert !== undefined) return ofAlert(Number(alert));
  if (/UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/.test(code)) return tooOld;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return forOthers(thrown);
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return `The registry's certificate is ${code === "CERT_HAS_EXPIRED" ? "no longer" : "not yet"} valid. Have it renewed, or look whether this machine's clock is right.`;
  if (code === "EPROTO" || /SSL/.test(code))
    return `TLS with the registry fails (${printable(text.trim()).slice(0, longest)}). Ask whoever runs it to look at its TLS.`;
  if (certificateCodes.test(code))
    return `The registry's certificate is not trusted (${code}). Name the authority that made it with --registry-ca.`;
  return undefined;
}

const longest = 200;

const tooOld =
  "The registry speaks only a version of TLS that is too old: Portico speaks 1.2 and 1.3. Ask whoever runs it to have one of these.";

/** What the other end says as it ends the handshake (RFC 8446, section 6.2). */
function ofAlert(alert: number): string {
  if (alert === 70) return tooOld;
  // What is wrong with the client's certificate: of those, that there is none.
  if (alert === 116 || (alert >= 41 && alert <= 49))
    return "The registry wants a certificate of whoever asks it, and Portico shows none to registries. Name an address of it where a password does.";
  if (alert === 40 || alert === 71)
    return `The registry ends the TLS handshake (alert ${alert}): it wants a certificate of whoever asks it, which Portico does not show, or has no cipher of TLS 1.2 or 1.3. Name an address of it where a password does, or ask whoever runs it.`;
  return `The registry ends the TLS handshake (alert ${alert}). Ask whoever runs it to look at its TLS.`;
}

const mostNames = 5;
const longestName = 100;

/** The certificate is a trusted one, of somebody else. */
function forOthers(thrown: unknown): string {
  const names = namesIn(thrown);
  const listed = names.slice(0, mostNames).map((name) => printable(name).slice(0, longestName));
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : "";
  return `The registry's certificate is for other names (${listed.join(", ") || "none"}${more}). Write its name as it is there, or ask whoever runs it for a certificate with this one.`;
}

/** The names of a certificate that Node found to be somebody else's: `DNS:registry.example, IP Address:10.0.0.1`. */
function namesIn(thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error && "cert" in thrown && typeof thrown.cert === "object" && thrown.cert !== null)) return [];
  const said = "subjectaltname" in thrown.cert ? thrown.cert.subjectaltname : undefined;
  return typeof said === "string" ? said.split(", ").map((name) => name.replace(/^(?:DNS|IP Address):/, "")) : [];
}
