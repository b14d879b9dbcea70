import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer, isIPv4 } from "node:net";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";

/** Whether a TCP port can be listened on: tried by listening on it for a moment. The Problem says who has it. */
export async function checkPort(host: string, port: number): Promise<Checked<void>> {
  const code = await tryListen(host, port);
  return code === undefined ? checked(undefined, []) : failed(await refusal(host, port, code));
}

/** A loopback TCP port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (failure) => resolve("code" in failure ? String(failure.code) : failure.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function refusal(host: string, port: number, code: string): Promise<Problem> {
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const where = wholeFile(address);
  if (code === "EADDRINUSE") {
    const holder = (await portHolder(port, host)) ?? "Another program";
    return error("PortTaken", where, `${holder} listens on ${address}. Stop it, or choose another port with --port.`);
  }
  if (code === "EACCES") return error("PortRefused", where, `You may not listen on ${address}. Choose a port above 1023 with --port.`);
  return error(
    "PortRefused",
    where,
    `${address} cannot be listened on (${code}). Choose an address of this machine, and a port up to 65535.`,
  );
}

/**
 * Who listens on a TCP port, as `node (pid 4711)`. Known on Linux, for processes that we may look into; undefined for all others.
 * Linux tells it in two steps: /proc/net/tcp has the socket's inode, and one process has that inode among its descriptors.
 */
export async function portHolder(port: number, host: string): Promise<string | undefined> {
  const inodes = await listeningInodes(port, host);
  if (inodes.size === 0) return undefined;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (!(await hasSocket(pid, inodes))) continue;
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "A program");
    return `${name.trim()} (pid ${pid})`;
  }
  return undefined;
}

const listenState = "0A";

/** The inodes of listening sockets in the way: `sl local_address rem_address st ... inode`, where an address is `0100007F:1F90`. */
async function listeningInodes(port: number, host: string): Promise<ReadonlySet<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const lines = (await readFile(table, "utf8").catch(() => "")).split("\n");
    for (const line of lines) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state === listenState && local.endsWith(suffix) && inTheWay(local.slice(0, -suffix.length), host)) inodes.add(inode);
    }
  }
  return inodes;
}

/** A socket on every address is in the way of all; one on a single address is in the way of that one and of those that want every address. */
function inTheWay(address: string, host: string): boolean {
  if (!isIPv4(host) || host === "0.0.0.0" || /^0+$/.test(address)) return true;
  const octets = host.split(".").map((octet) => Number(octet).toString(16).toUpperCase().padStart(2, "0"));
  return address.endsWith(octets.reverse().join(""));
}

async function hasSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
    const [, inode = ""] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
    if (inodes.has(inode)) return true;
  }
  return false;
}
