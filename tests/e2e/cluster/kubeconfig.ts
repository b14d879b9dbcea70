import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clusterFolder, nodeAddress } from "./place.ts";

/** Who talks to the apiserver. */
const users = ["admin", "controller-manager", "scheduler", "kubelet", "kube-proxy"] as const;

/** The address of the apiserver in the node's network. */
const serverUrl = `https://${nodeAddress}:6443`;

/** Writes a kubeconfig for each user, with certificate and key in it, so that the file alone is enough (kubectl: `KUBECONFIG`). */
export function writeKubeconfigs(cluster: string): void {
  const folder = clusterFolder(cluster);
  const pki = (name: string): string => readFileSync(join(folder, "pki", name)).toString("base64");
  for (const user of users) {
    const kubeconfig = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "portico",
      contexts: [{ name: "portico", context: { cluster: "portico", user } }],
      clusters: [{ name: "portico", cluster: { server: serverUrl, "certificate-authority-data": pki("ca.crt") } }],
      users: [{ name: user, user: { "client-certificate-data": pki(`${user}.crt`), "client-key-data": pki(`${user}.key`) } }],
    };
    writeFileSync(join(folder, "etc", `${user}.kubeconfig`), JSON.stringify(kubeconfig), { mode: 0o600 });
  }
}
