import assert from "node:assert/strict";
import { applyManifests, kubectlInNode } from "../cluster/components/kubectl.ts";
import { findNode, inside, type Node } from "../cluster/node.ts";
import { buildParts } from "../cluster/parts/parts.ts";

/** The cluster in which the other tests were run, seen from this machine. */
export interface E2eCluster {
  readonly node: Node;
  /** The program of Kubernetes' components. */
  readonly kubernetes: string;
  kubectl(...args: readonly string[]): Promise<string>;
  apply(...objects: readonly object[]): Promise<string>;
}

/** Finds it: `npm run e2e` has it up. */
export async function findE2eCluster(): Promise<E2eCluster> {
  const node = findNode("e2e") ?? assert.fail("the cluster e2e is not up: `npm run e2e` runs this test");
  const { kubernetes } = await buildParts(() => {});
  return {
    node,
    kubernetes,
    kubectl: (...args) => inside(node, kubectlInNode(kubernetes, ...args)),
    apply: (...items) => applyManifests(node, kubernetes, JSON.stringify({ apiVersion: "v1", kind: "List", items })),
  };
}
