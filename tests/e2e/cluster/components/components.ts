import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { until } from "../../../../testing/until.ts";
import { endProcess, isAlive, type Node, startProcess } from "../node.ts";
import { clusterFolder } from "../place.ts";
import { succeeds } from "./answers.ts";
import { apiserver } from "./apiserver.ts";
import type { Component } from "./component.ts";
import { containerd } from "./containerd.ts";
import { controllerManager } from "./controller-manager.ts";
import { etcd } from "./etcd.ts";
import { kubeProxy } from "./kube-proxy.ts";
import { kubectlInNode } from "./kubectl.ts";
import { kubelet } from "./kubelet.ts";
import { plainRegistry, protectedRegistry } from "./registry.ts";
import { scheduler } from "./scheduler.ts";

/** All processes of a node, in the order in which they are started. */
export const components = (kubernetes: string): readonly Component[] => [
  etcd,
  plainRegistry,
  protectedRegistry,
  containerd,
  apiserver(kubernetes),
  controllerManager(kubernetes),
  scheduler(kubernetes),
  kubelet(kubernetes),
  kubeProxy(kubernetes),
];

/** Writes the files that components are configured with. */
export function writeFiles(cluster: string, all: readonly Component[]): void {
  for (const [path, text] of all.flatMap(({ files }) => Object.entries(files))) {
    const file = join(clusterFolder(cluster), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  }
}

/** Whether a component's process lives and does its work. */
export const works = async (node: Node, { name, ready }: Component): Promise<boolean> => (await isAlive(node, name)) && ready(node);

/** Whether the name server, which is a pod, is there. */
export const dnsWorks = (node: Node, kubernetes: string): Promise<boolean> => {
  const available = ["wait", "--for=condition=Available", "deployment/coredns", "--timeout=5s"];
  return succeeds(node, kubectlInNode(kubernetes, "--namespace=kube-system", ...available));
};

/** Waits until a component does its work. When it does not, the error has the end of its log. */
export async function waitForComponent(node: Node, { name, ready }: Component): Promise<void> {
  const log = join(clusterFolder(node.cluster), "log", name);
  try {
    await until(
      `${name} is ready`,
      async () => {
        if (!(await isAlive(node, name))) throw new Error(`${name} ended`);
        return ready(node);
      },
      60_000,
    );
  } catch (failure) {
    const said = readFileSync(log, "utf8").trimEnd().split("\n").slice(-5);
    throw new Error([failure instanceof Error ? failure.message : String(failure), `the end of ${log}:`, ...said].join("\n"));
  }
}

/** Ends a component at once, as a crash would, and starts it again. */
export async function restart(node: Node, component: Component): Promise<void> {
  await endProcess(node, component.name);
  await startProcess(node, component.name, component.command);
  await waitForComponent(node, component);
}
