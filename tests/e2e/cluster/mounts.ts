import { join } from "node:path";
import { type Hierarchy, hierarchies } from "./cgroups.ts";
import { clusterFolder, inNode, partsInNode } from "./place.ts";

/**
 * What kubelet sets for the whole machine unless it finds it so (kubernetes: pkg/kubelet/cm, setupKernelTunables). The node sees these values, and
 * the machine keeps its own.
 */
export const kernelSettings: Readonly<Record<string, string>> = {
  "vm/overcommit_memory": "1",
  "vm/panic_on_oom": "0",
  "kernel/panic": "10",
  "kernel/panic_on_oops": "1",
  "kernel/keys/root_maxkeys": "1000000",
  "kernel/keys/root_maxbytes": "25000000",
};

/** The file in a cluster's folder that stands for a kernel setting. */
export const settingFile = (setting: string): string => `etc/sysctl.${setting.replaceAll("/", ".")}`;

/**
 * The commands that make a node's file system out of this machine's, in the node's own mount namespace: all of it read-only, but for the cluster's
 * folder and what is in memory. So nothing that runs in the node leaves a file or a mount behind.
 */
export function mountCommands(cluster: string, partsFolder: string): readonly (readonly string[])[] {
  const folder = clusterFolder(cluster);
  return [
    ["mount", "--make-rslave", "/"],
    memory("/run"),
    ["mkdir", "-p", inNode, partsInNode],
    bind(folder, inNode),
    bind(partsFolder, partsInNode),
    bind(join(inNode, "var-lib"), "/var/lib"),
    bind(join(inNode, "var-log"), "/var/log"),
    memory("/tmp"),
    bind(join(inNode, "etc/hosts"), "/etc/hosts"),
    bind(join(inNode, "etc/resolv.conf"), "/etc/resolv.conf"),
    ["mount", "-t", "proc", "proc", "/proc"],
    ...Object.keys(kernelSettings).map((setting) => bind(join(inNode, settingFile(setting)), `/proc/sys/${setting}`)),
    ["mount", "-t", "sysfs", "sysfs", "/sys"],
    ...groupMounts(hierarchies()),
    ["mount", "-o", "remount,bind,ro", "/"],
    // Pods may ask that mounts of the node are seen in them.
    ["mount", "--make-rshared", "/"],
  ];
}

const bind = (from: string, to: string): readonly string[] => ["mount", "--bind", from, to];
const memory = (at: string): readonly string[] => ["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", at];

function groupMounts(all: readonly Hierarchy[]): readonly (readonly string[])[] {
  if (all[0]?.version === 2) return [["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]];
  return [
    memory("/sys/fs/cgroup"),
    ["mkdir", ...all.map(({ mountPoint }) => mountPoint)],
    ...all.map(({ mountPoint, options }) => ["mount", "-t", "cgroup", "-o", options, "cgroup", mountPoint]),
  ];
}
