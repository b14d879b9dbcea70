import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.ts";
import { clusterFolder, nodeAddress, nodeName, secureRegistry } from "./place.ts";

interface Certificate {
  readonly name: string;
  readonly subject: string;
  readonly names?: readonly string[];
}

/** Who has a certificate of the cluster's authority (kubernetes.io: PKI certificates and requirements). */
const certificates: readonly Certificate[] = [
  {
    name: "apiserver",
    subject: "/CN=kube-apiserver",
    names: [
      "IP:127.0.0.1",
      `IP:${nodeAddress}`,
      "IP:10.96.0.1",
      "DNS:localhost",
      "DNS:kubernetes",
      "DNS:kubernetes.default",
      "DNS:kubernetes.default.svc",
      "DNS:kubernetes.default.svc.cluster.local",
    ],
  },
  { name: "admin", subject: "/O=system:masters/CN=admin" },
  { name: "controller-manager", subject: "/CN=system:kube-controller-manager" },
  { name: "scheduler", subject: "/CN=system:kube-scheduler" },
  { name: "kubelet", subject: `/O=system:nodes/CN=system:node:${nodeName}`, names: [`IP:${nodeAddress}`, `DNS:${nodeName}`] },
  { name: "kube-proxy", subject: "/CN=system:kube-proxy" },
  { name: "front-proxy", subject: "/CN=front-proxy-client" },
  { name: "secure-registry", subject: `/CN=${secureRegistry.name}`, names: [`DNS:${secureRegistry.name}`, `IP:${nodeAddress}`] },
];

/** In SEC 1's form, not PKCS #8: the apiserver reads the public half of a service accounts' key from no other. */
const makeKey = (path: string): readonly string[] => ["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", path];

/** Makes the cluster's authority, the certificates that it signs, and the key that service accounts' tokens are signed with, in `pki/`. */
export async function makePki(cluster: string): Promise<void> {
  const folder = join(clusterFolder(cluster), "pki");
  const at = (name: string): string => join(folder, name);
  await run(makeKey(at("ca.key")));
  const authority = ["-key", at("ca.key"), "-subj", "/CN=portico-test-cluster", "-days", "30"];
  await run(["openssl", "req", "-x509", "-new", ...authority, "-out", at("ca.crt")]);
  await run(makeKey(at("service-accounts.key")));
  await Promise.all(certificates.map((certificate, index) => sign(certificate, index + 1, at)));
}

async function sign({ name, subject, names = [] }: Certificate, serial: number, at: (name: string) => string): Promise<void> {
  const extensions = at(`${name}.extensions`);
  const alternative = names.length > 0 ? `subjectAltName=${names.join(",")}\n` : "";
  writeFileSync(extensions, `keyUsage=digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\n${alternative}`);
  await run(makeKey(at(`${name}.key`)));
  const request = await run(["openssl", "req", "-new", "-key", at(`${name}.key`), "-subj", subject]);
  const authority = ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-set_serial", String(serial)];
  await run(["openssl", "x509", "-req", ...authority, "-days", "30", "-extfile", extensions, "-out", at(`${name}.crt`)], {
    input: request,
  });
}
