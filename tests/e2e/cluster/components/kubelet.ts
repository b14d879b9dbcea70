import { dnsAddress, inNode, nodeAddress, nodeName } from "../place.ts";
import { succeeds } from "./answers.ts";
import type { Component } from "./component.ts";
import { containerdEndpoint } from "./containerd.ts";
import { kubectlInNode } from "./kubectl.ts";
import { partInNode } from "./program.ts";

/** How often kubelet looks at volumes is left at its default of a minute: what Portico does must not need less. */
const configuration = {
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: `${inNode}/pki/ca.crt` } },
  authorization: { mode: "Webhook" },
  tlsCertFile: `${inNode}/pki/kubelet.crt`,
  tlsPrivateKeyFile: `${inNode}/pki/kubelet.key`,
  address: nodeAddress,
  cgroupDriver: "cgroupfs",
  failSwapOn: false,
  failCgroupV1: false,
  resolvConf: `${inNode}/etc/resolv.conf`,
  clusterDNS: [dnsAddress],
  clusterDomain: "cluster.local",
  containerRuntimeEndpoint: containerdEndpoint,
  podLogsDir: "/var/log/pods",
  volumePluginDir: `${inNode}/volume-plugins`,
  evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
  imageGCHighThresholdPercent: 100,
};

export const kubelet = (kubernetes: string): Component => ({
  name: "kubelet",
  files: { "etc/kubelet.yaml": JSON.stringify(configuration) },
  command: [
    partInNode(kubernetes),
    "kubelet",
    `--config=${inNode}/etc/kubelet.yaml`,
    `--kubeconfig=${inNode}/etc/kubelet.kubeconfig`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`,
  ],
  ready: (node) => succeeds(node, kubectlInNode(kubernetes, "wait", "--for=condition=Ready", `node/${nodeName}`, "--timeout=1s")),
});
