import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../../testing/until.ts";

/** One hierarchy of control groups: all of them in version 2, a controller or two in version 1. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly mountPoint: string;
  /** What it is mounted with again inside the node (version 1: its controllers). */
  readonly options: string;
}

/** The hierarchies that are mounted on this machine (proc_pid_mountinfo(5)). On a machine with both, version 1 has the controllers. */
export function hierarchies(mountinfo = readFileSync("/proc/self/mountinfo", "utf8")): readonly Hierarchy[] {
  const mounts = mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [mountPoint = "", type, options = ""] = [before.split(" ")[4], after.split(" ")[0], after.split(" ")[2]];
    if (type !== "cgroup" && type !== "cgroup2") return [];
    const controllers = options.split(",").filter((option) => option !== "rw" && option !== "ro");
    return [{ version: type === "cgroup" ? 1 : 2, mountPoint, options: controllers.join(",") } as const];
  });
  const first = mounts.filter(({ version }) => version === 1);
  return first.length > 0 ? first.map((mount) => ({ ...mount, options: namedOrController(mount.options) })) : mounts.slice(0, 1);
}

/** A hierarchy with a name and no controller is mounted with both said. */
const namedOrController = (options: string): string => (options.startsWith("name=") ? `none,${options}` : options);

/** The path of a cluster's group, which may not be there. */
export const groupOf = ({ mountPoint }: Hierarchy, cluster: string): string => join(mountPoint, `portico-cluster-${cluster}`);

/** Makes a cluster's groups; the files into which the pid of its first process is written. */
export function makeGroups(cluster: string): readonly string[] {
  return hierarchies().map((hierarchy) => {
    const group = groupOf(hierarchy, cluster);
    mkdirSync(group, { recursive: true });
    // A group of cpuset takes no process before it says which processors and memory that may use.
    for (const name of ["cpuset.cpus", "cpuset.mems"]) {
      const own = join(group, name);
      if (hierarchy.version === 1 && existsSync(own)) writeFileSync(own, readFileSync(join(hierarchy.mountPoint, name), "utf8"));
    }
    return join(group, "cgroup.procs");
  });
}

/** The files into which a process of this machine writes its pid to become one of a cluster's. */
export const processFiles = (cluster: string): readonly string[] =>
  hierarchies().map((hierarchy) => join(groupOf(hierarchy, cluster), hierarchy.version === 2 ? "node" : "", "cgroup.procs"));

/** Whether anything of a cluster is left: its groups are what `down` finds it by, whatever became of its folder. */
export const hasGroups = (cluster: string): boolean => hierarchies().some((hierarchy) => existsSync(groupOf(hierarchy, cluster)));

/** The pids of all processes of a cluster, as this machine numbers them. */
export function processesOf(cluster: string): ReadonlySet<number> {
  const found = hierarchies()
    .flatMap((hierarchy) => groupsUnder(groupOf(hierarchy, cluster)))
    .flatMap((group) => readPids(group));
  return new Set(found);
}

function readPids(group: string): readonly number[] {
  try {
    return readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** A group and all below it, the deepest first. */
function groupsUnder(group: string): readonly string[] {
  return existsSync(group) ? [...foldersIn(group).flatMap((name) => groupsUnder(join(group, name))), group] : [];
}

/** None where the folder goes meanwhile, as a pod's group does. */
function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (failure) {
    if (existsSync(path)) throw failure;
    return [];
  }
}

/** Ends all processes of a cluster and removes its groups. */
export async function removeGroups(cluster: string): Promise<void> {
  await until(`every process of the cluster ${cluster} ends`, () => {
    const left = processesOf(cluster);
    for (const pid of left) kill(pid);
    // What is frozen ends only when it goes on: runc and containerd freeze what they are at.
    if (left.size > 0) thaw(cluster);
    return left.size === 0;
  });
  for (const hierarchy of hierarchies()) {
    await until(`the groups of the cluster ${cluster} can be removed`, () => groupsUnder(groupOf(hierarchy, cluster)).every(removed));
  }
}

/** Stops all processes of a cluster where they are: what a runtime does to a container that it is about to end. */
export const freeze = (cluster: string): void => setFrozen(cluster, { "freezer.state": "FROZEN", "cgroup.freeze": "1" });
const thaw = (cluster: string): void => setFrozen(cluster, { "freezer.state": "THAWED", "cgroup.freeze": "0" });

/** Writes what version 1 and version 2 want, where they have the file. */
function setFrozen(cluster: string, values: Readonly<Record<string, string>>): void {
  for (const group of hierarchies().flatMap((hierarchy) => groupsUnder(groupOf(hierarchy, cluster)))) {
    for (const [name, value] of Object.entries(values)) if (existsSync(join(group, name))) write(join(group, name), value);
  }
}

function write(file: string, value: string): void {
  try {
    writeFileSync(file, value);
  } catch {
    // The group went away meanwhile.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

function removed(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch {
    return !existsSync(group);
  }
}
