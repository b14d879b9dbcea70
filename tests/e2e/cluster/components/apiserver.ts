import { inNode, nodeAddress, serviceRange } from "../place.ts";
import { succeeds } from "./answers.ts";
import type { Component } from "./component.ts";
import { kubectlInNode } from "./kubectl.ts";
import { partInNode } from "./program.ts";

const pki = (name: string): string => `${inNode}/pki/${name}`;

/** What pods ask for is written down, without what it holds: tests see there what the operator does with its rights (Kubernetes: "Auditing"). */
const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata", userGroups: ["system:serviceaccounts"] }, { level: "None" }],
};

/** Where the node's folder has it: an event of audit.k8s.io/v1 a line. */
export const auditLog = "log/audit";

/** kube-apiserver, with the aggregation layer on (kubernetes.io: Configure the Aggregation Layer). */
export const apiserver = (kubernetes: string): Component => ({
  name: "kube-apiserver",
  files: { "etc/audit.yaml": JSON.stringify(auditPolicy) },
  command: [
    partInNode(kubernetes),
    "kube-apiserver",
    "--etcd-servers=http://127.0.0.1:2379",
    `--bind-address=${nodeAddress}`,
    `--advertise-address=${nodeAddress}`,
    "--secure-port=6443",
    `--service-cluster-ip-range=${serviceRange}`,
    `--client-ca-file=${pki("ca.crt")}`,
    `--tls-cert-file=${pki("apiserver.crt")}`,
    `--tls-private-key-file=${pki("apiserver.key")}`,
    `--service-account-key-file=${pki("service-accounts.key")}`,
    `--service-account-signing-key-file=${pki("service-accounts.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--kubelet-client-certificate=${pki("admin.crt")}`,
    `--kubelet-client-key=${pki("admin.key")}`,
    // The node's name is known to no resolver: without this, logs and exec fail.
    "--kubelet-preferred-address-types=InternalIP",
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    `--audit-policy-file=${inNode}/etc/audit.yaml`,
    `--audit-log-path=${inNode}/${auditLog}`,
    "--audit-log-maxsize=1000",
    `--requestheader-client-ca-file=${pki("ca.crt")}`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-username-headers=X-Remote-User",
    `--proxy-client-cert-file=${pki("front-proxy.crt")}`,
    `--proxy-client-key-file=${pki("front-proxy.key")}`,
  ],
  ready: (node) => succeeds(node, kubectlInNode(kubernetes, "get", "--raw", "/readyz", "--request-timeout=5s")),
});
