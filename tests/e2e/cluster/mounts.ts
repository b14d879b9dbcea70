import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Hierarchy, hierarchies } from "./cgroups.ts";
import { clusterFolder, inNode, partsInNode, programsInNode } from "./place.ts";

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

/** What of this machine a node is made of. */
interface NodeSources {
  readonly cluster: string;
  /** The folder of what is fetched and built for test clusters. */
  readonly parts: string;
  /** The folder of the node's own programs. */
  readonly programs: string;
}

/** File systems of this machine that keep what is written to them, but for the root's own: `/home`, a disk of somebody's. */
export function machineMounts(mounts = readFileSync("/proc/self/mounts", "utf8")): readonly string[] {
  const lasting = mounts.split("\n").flatMap((line) => {
    const [, path = "/", type = ""] = line.split(" ");
    return /^(?:ext[234]|xfs|btrfs|overlay|zfs|nfs4?|9p|virtiofs|fuse.*|vfat|f2fs)$/.test(type) ? [path.replaceAll("\\040", " ")] : [];
  });
  return [...new Set(lasting)].filter((path) => path !== "/" && !/^\/(?:var\/lib|var\/log|run|tmp|proc|sys|dev)(?:\/|$)/.test(path));
}

/**
 * The commands that make a node's file system out of this machine's, in the node's own mount namespace: all of it read-only, but for the cluster's
 * folder and what is in memory. So nothing that runs in the node leaves a file or a mount behind.
 */
export function mountCommands({ cluster, parts, programs }: NodeSources, lasting: readonly string[]): readonly (readonly string[])[] {
  const folder = clusterFolder(cluster);
  return [
    ["mount", "--make-rslave", "/"],
    memory("/run"),
    ["mkdir", "-p", inNode, partsInNode, programsInNode],
    bind(folder, inNode),
    ...[[parts, partsInNode] as const, [programs, programsInNode] as const].flatMap(([from, to]) => [bind(from, to), readOnly(to)]),
    bind(join(inNode, "var-lib"), "/var/lib"),
    bind(join(inNode, "var-log"), "/var/log"),
    memory("/tmp"),
    memory("/dev/shm"),
    // Devices can be used all the same. Where /dev is no mount it is a folder of the root, which is read-only then.
    ["sh", "-c", "! mountpoint --quiet /dev || mount -o remount,bind,ro /dev"],
    bind(join(inNode, "etc/hosts"), "/etc/hosts"),
    bind(join(inNode, "etc/resolv.conf"), "/etc/resolv.conf"),
    ["mount", "-t", "proc", "proc", "/proc"],
    // Settings of the whole machine; those of a network are the node's own.
    ...["fs", "kernel", "vm"].flatMap((part) => [bind(`/proc/sys/${part}`, `/proc/sys/${part}`), readOnly(`/proc/sys/${part}`)]),
    ...Object.keys(kernelSettings).map((setting) => bind(join(inNode, settingFile(setting)), `/proc/sys/${setting}`)),
    ["mount", "-t", "sysfs", "sysfs", "/sys"],
    // Most of it is the whole machine's.
    readOnly("/sys"),
    ...groupMounts(hierarchies()),
    ...lasting.map(readOnly),
    readOnly("/"),
    // Pods may ask that mounts of the node are seen in them.
    ["mount", "--make-rshared", "/"],
  ];
}

const readOnly = (at: string): readonly string[] => ["mount", "-o", "remount,bind,ro", at];
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
