import { run } from "../cluster/command.ts";
import { pushed } from "./gateway.ts";
import { type SecureRegistry, target } from "./target.ts";

/** What a docker configuration holds for the registry that wants a password. */
export const authOf = ({ user, password }: SecureRegistry): string => Buffer.from(`${user}:${password}`).toString("base64");

/** A Secret with which that registry's images are pulled and pushed. */
export const registrySecret = (name: string, { registry }: SecureRegistry, auth: string): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name },
  type: "kubernetes.io/dockerconfigjson",
  data: { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths: { [registry]: { auth } } })).toString("base64") },
});

/** Copies an image of the tests' own registry to the one that wants a password. */
export async function copyToSecure({ authority, user, password }: SecureRegistry, from: string, to: string): Promise<void> {
  const plain = target.registryIsPlainHttp ? ["--src-tls-verify=false"] : [];
  const command = ["skopeo", "--insecure-policy", "copy", "--quiet", `--dest-creds=${user}:${password}`, ...plain];
  await run([...command, `docker://${pushed(from)}`, `docker://${to}`], { env: { ...process.env, SSL_CERT_FILE: authority } });
}
