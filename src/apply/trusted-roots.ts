import { existsSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { writeAtomically } from "./run-folder.ts";

/** Where systems keep the certification authorities that they trust: Debian, Fedora, Alpine and macOS. */
const systemFiles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/**
 * The file (PEM) of the certification authorities that backends' certificates are checked against: what `SSL_CERT_FILE` names, as OpenSSL has it, else
 * the system's, else those that came with Node, written into the gateway's folder.
 */
export async function trustedRoots(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const known = [env.SSL_CERT_FILE ?? "", ...systemFiles].find((file) => file !== "" && existsSync(file));
  if (known !== undefined) return known;
  const own = "mounted/roots.pem";
  await writeAtomically(join(folder, own), rootCertificates.join("\n"));
  return own;
}
