import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hierarchies, processesOf } from "../cluster/cgroups.ts";
import { kernelSettings } from "../cluster/mounts.ts";

const output = (...command: readonly string[]): string => {
  const [program = "", ...args] = command;
  return spawnSync(program, args, { encoding: "utf8" }).stdout;
};

/** Folders of this machine that what a node is made from would write to. */
const folders = [
  "/etc/cni",
  "/etc/kubernetes",
  "/opt/cni",
  "/run/containerd",
  "/run/netns",
  "/usr/libexec/kubernetes",
  "/var/lib/cni",
  "/var/lib/containerd",
  "/var/lib/etcd",
  "/var/lib/kubelet",
  "/var/lib/portico-clusters",
  "/var/log/containers",
  "/var/log/pods",
  "/dev/shm",
];

const list = (folder: string): readonly string[] | "absent" => (existsSync(folder) ? readdirSync(folder).toSorted() : "absent");

const ofClusters = /^(etcd|containerd|kube|docker-reg|pause|coredns|unshare|flock)/;

/** The processes of this machine whose names are those of a cluster's, but for those that belong to other clusters, or have ended, and nobody asked yet how (zombies). */
function processesBut(clusters: readonly string[]): readonly string[] {
  const theirs = new Set(clusters.flatMap((name) => [...processesOf(name)]));
  const lines = output("ps", "-eo", "pid=,stat=,comm=")
    .split("\n")
    .map((line) => line.trim().split(/ +/));
  return lines
    .flatMap(([pid, state = "", name = ""]) => (ofClusters.test(name) && !state.startsWith("Z") && !theirs.has(Number(pid)) ? [name] : []))
    .toSorted();
}

/** How many networks this machine has, but for those of other clusters. */
function networksOf(clusters: readonly string[]): number {
  const theirs = new Set(clusters.flatMap((name) => [...processesOf(name)]).map(String));
  const networks = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && !theirs.has(name))
    .flatMap((pid) => {
      try {
        return [readlinkSync(`/proc/${pid}/ns/net`)];
      } catch {
        return [];
      }
    });
  return new Set(networks).size;
}

/**
 * What a cluster could change of this machine: mounts, interfaces, packet filters, control groups, kernel settings, processes, files. `others` are
 * clusters that run beside it, whose processes come and go.
 */
export function snapshot(...others: readonly string[]) {
  return {
    mounts: readFileSync("/proc/self/mounts", "utf8"),
    interfaces: output("ip", "-brief", "address"),
    routes: output("ip", "route"),
    packetFilters: output("iptables-save").replaceAll(/^#.*\n/gm, ""),
    settings: Object.keys(kernelSettings).map((name) => readFileSync(`/proc/sys/${name}`, "utf8")),
    groups: hierarchies().map(({ mountPoint }) => [mountPoint, readdirSync(mountPoint).filter((name) => /portico|kube/.test(name))]),
    processes: processesBut(others),
    networks: networksOf(others),
    folders: Object.fromEntries(folders.map((folder) => [folder, list(folder)])),
  };
}
