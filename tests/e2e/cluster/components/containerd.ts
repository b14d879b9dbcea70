import { inNode, nodeAddress, podRange, programsInNode, registry, secureRegistry } from "../place.ts";
import { succeeds } from "./answers.ts";
import type { Component } from "./component.ts";

const socket = "/run/containerd/containerd.sock";

/** Where a registry is, and how it is trusted (containerd: docs/hosts.md). */
const host = (url: string, more = ""): string => `[host."${url}"]\n  capabilities = ["pull", "resolve"]\n${more}`;

/** Pods are on one bridge; a pod may ask for ports of the node. */
const network = {
  cniVersion: "0.4.0",
  name: "pods",
  plugins: [
    {
      type: "bridge",
      bridge: "pods0",
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: { type: "host-local", dataDir: `${inNode}/cni-addresses`, ranges: [[{ subnet: podRange }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

const plain = host(`http://${nodeAddress}:${registry.port}`);
const secure = host(`https://${nodeAddress}:${secureRegistry.port}`, `  ca = "${inNode}/pki/ca.crt"\n`);

export const containerd: Component = {
  name: "containerd",
  files: {
    "etc/containerd.toml": `version = 2
root = "${inNode}/containerd"
state = "/run/containerd"
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${registry.name}:${registry.port}/pause:test"
  # Without it runc may not lower a container's OOM score here, and no pod starts.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${programsInNode}/usr/lib/cni"
    conf_dir = "${inNode}/etc/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${inNode}/etc/registries"
`,
    "etc/cni/10-pods.conflist": JSON.stringify(network),
    [`etc/registries/${registry.name}:${registry.port}/hosts.toml`]: plain,
    [`etc/registries/${nodeAddress}:${registry.port}/hosts.toml`]: plain,
    [`etc/registries/${secureRegistry.name}:${secureRegistry.port}/hosts.toml`]: secure,
    [`etc/registries/${nodeAddress}:${secureRegistry.port}/hosts.toml`]: secure,
  },
  command: ["containerd", "--config", `${inNode}/etc/containerd.toml`],
  ready: (node) => succeeds(node, ["ctr", "--address", socket, "version"]),
};

export const containerdEndpoint = `unix://${socket}`;
