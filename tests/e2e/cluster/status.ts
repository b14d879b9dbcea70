import { existsSync } from "node:fs";
import { processesOf } from "./cgroups.ts";
import { components, dnsWorks, works } from "./components/components.ts";
import { type ClusterMemory, memoryOf } from "./memory.ts";
import { findNode } from "./node.ts";
import { kubeconfigOf } from "./place.ts";

/** What runs of a cluster. */
export interface ClusterStatus {
  readonly name: string;
  readonly state: "up" | "down" | "broken";
  readonly components: Readonly<Record<string, boolean>>;
  readonly processes: number;
  readonly memoryBytes: ClusterMemory;
  readonly kubeconfig: string | undefined;
}

/** Looks at every component of a cluster. */
export async function status(name: string, kubernetes: string): Promise<ClusterStatus> {
  const node = findNode(name);
  const processes = processesOf(name).size;
  const looked: (readonly [string, boolean])[] =
    node === undefined ? [] : await Promise.all(components(kubernetes).map(async (one) => [one.name, await works(node, one)] as const));
  if (node !== undefined) looked.push(["coredns", await dnsWorks(node, kubernetes)]);
  const whole = looked.length > 0 && looked.every(([, ready]) => ready);
  return {
    name,
    state: whole ? "up" : processes > 0 || existsSync(kubeconfigOf(name)) ? "broken" : "down",
    components: Object.fromEntries(looked),
    processes,
    memoryBytes: memoryOf(name),
    kubeconfig: node === undefined ? undefined : kubeconfigOf(name),
  };
}
