import { inside, type Node } from "../node.ts";
import { inNode } from "../place.ts";
import { partInNode } from "./program.ts";

/** The command line of kubectl in the node, as the cluster's administrator. */
export const kubectlInNode = (kubernetes: string, ...args: readonly string[]): readonly string[] => [
  partInNode(kubernetes),
  "kubectl",
  `--kubeconfig=${inNode}/etc/admin.kubeconfig`,
  ...args,
];

/** Applies manifests as the cluster's administrator. */
export const applyManifests = (node: Node, kubernetes: string, manifests: string): Promise<string> =>
  inside(node, kubectlInNode(kubernetes, "apply", "--server-side", "--filename=-"), manifests);
