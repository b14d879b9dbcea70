import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../../testing/until.ts";
import { hierarchies, makeGroups, processesOf, processFiles } from "./cgroups.ts";
import { run } from "./command.ts";
import { machineMounts, mountCommands } from "./mounts.ts";
import { networkCommands } from "./network.ts";
import type { Parts } from "./parts/parts.ts";
import { clusterFolder, inNode, nodeName, programsInNode } from "./place.ts";

/**
 * A node: namespaces of its own for processes, mounts, network and control groups, as a container has them, with this machine's files. When its
 * first process ends, the kernel ends all others and drops every mount and interface.
 */
export interface Node {
  readonly cluster: string;
  /** The first process, as this machine numbers it. */
  readonly init: number;
}

const initFile = (cluster: string): string => join(clusterFolder(cluster), "init.pid");

/** Makes the node of a cluster, whose folder is there. `pause` becomes its first process, which collects orphans. */
export async function makeNode(cluster: string, { pause, daemons }: Parts, partsFolder: string): Promise<Node> {
  const joining = makeGroups(cluster)
    .map((file) => `echo $$ > ${file}`)
    .join(" && ");
  const log = openSync(join(clusterFolder(cluster), "log/node"), "a");
  const namespaces = ["--mount", "--net", "--uts", "--ipc", "--pid", "--cgroup", "--fork", "--kill-child"];
  const parent = spawn("sh", ["-c", `${joining} && exec unshare ${namespaces.join(" ")} ${pause}`], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  parent.unref();
  const init = await until("the node's first process starts", () => {
    if (parent.exitCode !== null)
      throw new Error(`The node's first process ended: ${readFileSync(join(clusterFolder(cluster), "log/node"), "utf8")}`);
    return firstProcess(parent.pid ?? 0);
  });
  const node = { cluster, init };
  for (const command of [
    ["hostname", nodeName],
    ...mountCommands({ cluster, parts: partsFolder, programs: daemons }, machineMounts()),
    ...networkCommands,
  ]) {
    await inNamespaces(node, command);
  }
  if (hierarchies()[0]?.version === 2) await inNamespaces(node, ["sh", "-c", delegation]);
  writeFileSync(initFile(cluster), String(init));
  return node;
}

/** The child of unshare(1), once it is the program that it was asked to start. */
function firstProcess(parent: number): number | undefined {
  const children = readIfThere(`/proc/${parent}/task/${parent}/children`);
  const [child] = children.split(" ").filter(Boolean).map(Number);
  return child !== undefined && readIfThere(`/proc/${child}/comm`).trim() === "pause" ? child : undefined;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** In version 2 a group with processes gives no controllers to those below it: the node's own go to one of their own. */
const delegation = `cd /sys/fs/cgroup && mkdir node && for pid in $(cat cgroup.procs); do echo $pid > node/cgroup.procs; done
for controller in $(cat cgroup.controllers); do echo +$controller > cgroup.subtree_control; done`;

/** The node of a cluster, if one runs. */
export function findNode(cluster: string): Node | undefined {
  if (!existsSync(initFile(cluster))) return undefined;
  const init = Number(readFileSync(initFile(cluster), "utf8"));
  return processesOf(cluster).has(init) ? { cluster, init } : undefined;
}

/** A command that runs another one in a node. */
export const entering = ({ init }: Node, command: readonly string[]): readonly string[] => [
  "nsenter",
  "--target",
  String(init),
  "--all",
  ...command,
];

/** Nothing in a node's network reaches a proxy. */
const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

/**
 * A command that runs another one with this machine's files, in the network of a node. It becomes one of the cluster's own processes: `down` ends it,
 * for it would keep the network alive.
 */
export const enteringNetwork = ({ cluster, init }: Node, command: readonly string[]): readonly string[] => [
  "sh",
  "-c",
  `${processFiles(cluster)
    .map((file) => `echo $$ > ${file}`)
    .join(" && ")} && exec "$@"`,
  "sh",
  "env",
  ...proxies.flatMap((name) => ["-u", name]),
  "nsenter",
  `--net=/proc/${init}/ns/net`,
  ...command,
];

/** Where the node's programs are: those of Debian's that are unpacked in the cache come first. */
const programs = [
  `${programsInNode}/usr/bin`,
  `${programsInNode}/usr/sbin`,
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];

const environment = { PATH: programs.join(":"), HOME: inNode, LANG: "C.UTF-8" };

const inNamespaces = (node: Node, command: readonly string[]): Promise<string> => run(entering(node, command), { env: environment });

/** Runs a command in a node to its end: what it wrote to stdout. */
export const inside = (node: Node, command: readonly string[], input?: string): Promise<string> =>
  run(entering(node, command), { env: environment, cwd: "/", ...(input === undefined ? {} : { input }) });

const groupsInNode = (): string =>
  hierarchies()
    .map(({ version, mountPoint }) => (version === 2 ? "/sys/fs/cgroup/node/cgroup.procs" : `${mountPoint}/cgroup.procs`))
    .join(" ");

/**
 * Starts a process that stays in a node. Its pid, as the node numbers it, goes to the node's list of pids, its output to the log of its name. The shell
 * makes itself one of the node's group, and becomes the process.
 */
export async function startProcess(node: Node, name: string, command: readonly string[]): Promise<void> {
  const script = `for group in ${groupsInNode()}; do echo $$ > $group; done; echo $$ > pids/${name}; exec "$@" >> log/${name} 2>&1 < /dev/null`;
  await run(entering(node, ["setsid", "--fork", "sh", "-c", `cd ${inNode} && ${script}`, name, ...command]), {
    env: environment,
    cwd: "/",
  });
}

/** Ends a process of a node at once, and waits until it is gone: the next one of its name finds its ports free. */
export async function endProcess(node: Node, name: string): Promise<void> {
  const pid = pidOf(node.cluster, name);
  if (pid === undefined) return;
  const script = `kill -KILL ${pid} 2>/dev/null; i=0; while [ -d /proc/${pid} ] && [ $i -lt 1000 ]; do sleep 0.01; i=$((i + 1)); done; [ ! -d /proc/${pid} ]`;
  await inside(node, ["sh", "-c", script]);
}

/** Whether a process of a node lives. */
export async function isAlive(node: Node, name: string): Promise<boolean> {
  const pid = pidOf(node.cluster, name);
  return pid !== undefined && (await inside(node, ["sh", "-c", `[ -d /proc/${pid} ] && echo lives || true`])).trim() === "lives";
}

/** The pid of a process of a node, as the node numbers it. */
function pidOf(cluster: string, name: string): number | undefined {
  const file = join(clusterFolder(cluster), "pids", name);
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
}

/** The folders that a cluster's folder begins with. */
export function makeFolders(cluster: string): void {
  for (const name of ["etc", "pki", "pids", "log", "var-lib", "var-log"]) {
    mkdirSync(join(clusterFolder(cluster), name), { recursive: true, mode: 0o700 });
  }
}
