import { createHash } from "node:crypto";
import type { GatewayWorkload } from "../model/workload.ts";

/**
 * The user (its number) that the pods of a gateway run as: always the same, and, but for chance, another one for each API. Linux counts what
 * a user has on a node, and its 128 inotify instances (unless the node says otherwise) are enough for twenty Envoys; and what breaks out of
 * one gateway is a stranger to the processes of all others. Below 65534, since a pod with a user namespace of its own has none beyond
 * (Kubernetes: "User Namespaces").
 */
export function gatewayUser({ namespace, api }: Pick<GatewayWorkload, "namespace" | "api">): number {
  const hash = createHash("sha256").update(`${namespace}/${api}`).digest().readUInt32BE();
  return 10_000 + (hash % 55_000);
}
