import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { components, dnsWorks, waitForComponent, works, writeFiles } from "./components/components.ts";
import { kubeProxyBinding } from "./components/kube-proxy.ts";
import { applyManifests, kubectlInNode } from "./components/kubectl.ts";
import { down } from "./down.ts";
import { makeImages } from "./images/images.ts";
import type { TestImage } from "./images/layout.ts";
import { pushImage } from "./images/push.ts";
import { writeKubeconfigs } from "./kubeconfig.ts";
import { aloneOnMachine } from "./lock.ts";
import { memoryOf, showMemory } from "./memory.ts";
import { kernelSettings, settingFile } from "./mounts.ts";
import { findNode, inside, makeFolders, makeNode, type Node, startProcess } from "./node.ts";
import { partsFolder } from "./parts/cache.ts";
import { installPackages } from "./parts/debian.ts";
import { buildParts, type Parts } from "./parts/parts.ts";
import { makePki } from "./pki.ts";
import { clusterFolder, dnsAddress, nodeAddress, nodeName, registry, secureRegistry } from "./place.ts";
import { type Say, step } from "./progress.ts";

/** A cluster that runs. */
export interface Cluster {
  readonly node: Node;
  readonly parts: Parts;
}

/** All that a cluster is made from, fetched and built where the cache does not have it; or only what a cluster of somebody else's needs of it. */
export async function prepare(
  say: Say,
  which: "all" | "images" = "all",
): Promise<{ readonly parts: Parts; readonly images: readonly TestImage[] }> {
  await installPackages(say, which);
  const parts = await buildParts(say);
  return { parts, images: await makeImages(parts, say) };
}

/** Brings a cluster up, unless it is up and healthy. What an earlier attempt left is removed first. */
export async function up(cluster: string, say: Say): Promise<Cluster> {
  // Pods are nobody in particular, and read what is made for them.
  process.umask(0o022);
  const { parts, images } = await step(say, "packages, parts, images", () => prepare(say));
  return aloneOnMachine(async () => {
    const running = findNode(cluster);
    const ill = running === undefined ? [] : await unhealthy(running, parts);
    if (running !== undefined && ill.length === 0) {
      say("It is up already.");
      return { node: running, parts };
    }
    if (running !== undefined) say(`It is up, but not healthy (${ill.join(", ")}): it is made anew, and what was in it is gone.`);
    await down(cluster);
    const node = await start(cluster, parts, images, say).catch(async (failure: unknown) => {
      // Half a cluster is of no use, and in the way.
      await down(cluster);
      throw failure;
    });
    say(`Memory in use: ${showMemory(memoryOf(cluster))}.`);
    return { node, parts };
  });
}

async function start(cluster: string, parts: Parts, images: readonly TestImage[], say: Say): Promise<Node> {
  const all = components(parts.kubernetes);
  makeFolders(cluster);
  writeNodeFiles(cluster);
  writeFiles(cluster, all);
  const node = await step(say, "node: namespaces, mounts", () => makeNode(cluster, parts, partsFolder()));
  await step(say, "certificates", () => makePki(cluster));
  writeKubeconfigs(cluster);
  const begin = async (names: readonly string[]): Promise<void> => {
    const some = all.filter(({ name }) => names.includes(name));
    for (const { name, command } of some) await startProcess(node, name, command);
    await Promise.all(some.map((component) => waitForComponent(node, component)));
  };
  const inBackground = step(say, "registries", () => begin(["registry", "secure-registry", "containerd"])).then(() =>
    pushImages(node, images, say),
  );
  await step(say, "etcd", () => begin(["etcd"]));
  await step(say, "kube-apiserver", () => begin(["kube-apiserver"]));
  await applyManifests(node, parts.kubernetes, JSON.stringify(kubeProxyBinding));
  await inBackground;
  await step(say, "Node ready", () => begin(["kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"]));
  await step(say, "CoreDNS ready", () => startDns(node, parts));
  return node;
}

async function pushImages(node: Node, [base, ...others]: readonly TestImage[], say: Say): Promise<void> {
  await step(say, "test images in the registry", async () => {
    if (base !== undefined) await pushImage(node, base);
    await Promise.all(others.map((image) => pushImage(node, image)));
  });
}

async function startDns(node: Node, { kubernetes }: Parts): Promise<void> {
  const kubectl = (...args: readonly string[]): Promise<string> =>
    inside(node, kubectlInNode(kubernetes, "--namespace=kube-system", ...args));
  await applyManifests(node, kubernetes, readFileSync(new URL("components/coredns.yaml", import.meta.url), "utf8"));
  try {
    await kubectl("rollout", "status", "deployment/coredns", "--timeout=60s");
  } catch (failure) {
    // The cluster is about to be taken down: what it knows of its pods goes with it.
    throw new Error(`${failure instanceof Error ? failure.message : String(failure)}\n${await kubectl("describe", "pods")}`);
  }
}

/** The node's own files in place of this machine's: names, name servers, and the kernel's settings. */
function writeNodeFiles(cluster: string): void {
  const write = (path: string, text: string): void => writeFileSync(join(clusterFolder(cluster), path), text);
  write("etc/hosts", `127.0.0.1 localhost\n${nodeAddress} ${nodeName} ${registry.name} ${secureRegistry.name}\n`);
  write("etc/resolv.conf", `nameserver ${dnsAddress}\n`);
  for (const [setting, value] of Object.entries(kernelSettings)) write(settingFile(setting), `${value}\n`);
}

/** What of a cluster does not do its work: a process, the name server, the file for its administrator. */
async function unhealthy(node: Node, { kubernetes }: Parts): Promise<readonly string[]> {
  const looked = await Promise.all(components(kubernetes).map(async (one) => [one.name, await works(node, one)] as const));
  const ill = looked.flatMap(([name, ready]) => (ready ? [] : [name]));
  if (!existsSync(join(clusterFolder(node.cluster), "etc/admin.kubeconfig"))) return [...ill, "kubeconfig"];
  return ill.length > 0 || (await dnsWorks(node, kubernetes)) ? ill : ["coredns"];
}
