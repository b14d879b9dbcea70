import { inNode, nodeName, podRange } from "../place.ts";
import { succeeds } from "./answers.ts";
import type { Component } from "./component.ts";
import { partInNode } from "./program.ts";

const configuration = {
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "iptables",
  clusterCIDR: podRange,
  hostnameOverride: nodeName,
  clientConnection: { kubeconfig: `${inNode}/etc/kube-proxy.kubeconfig` },
  // The table's size is the whole machine's.
  conntrack: { maxPerCore: 0 },
};

/** kube-proxy, which writes the rules of services into the node's own tables. */
export const kubeProxy = (kubernetes: string): Component => ({
  name: "kube-proxy",
  files: { "etc/kube-proxy.yaml": JSON.stringify(configuration) },
  command: [partInNode(kubernetes), "kube-proxy", `--config=${inNode}/etc/kube-proxy.yaml`],
  ready: (node) => succeeds(node, ["iptables", "--table", "nat", "--list-rules", "KUBE-SERVICES"]),
});

/** What lets kube-proxy read services and endpoints. */
export const kubeProxyBinding = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "node-proxier" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:node-proxier" },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "system:kube-proxy" }],
};
