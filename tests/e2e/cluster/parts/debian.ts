import { run, runInForeground } from "../command.ts";

/** What a test cluster is made from and tested with that Debian has. */
const packages = [
  "ca-certificates",
  "conntrack",
  "containerd",
  "containernetworking-plugins",
  "curl",
  "docker-registry",
  "etcd-server",
  "gcc",
  "iproute2",
  "ipset",
  "iptables",
  "libatomic1",
  "libc6-dev",
  "mmdebstrap",
  "mount",
  "openssl",
  "procps",
  "runc",
  "skopeo",
  "util-linux",
] as const;

/** Installs what is missing (as root), quietly; what the package manager said is shown when it fails. */
export async function installPackages(say: (line: string) => void): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  say(`Installing Debian packages: ${missing.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run(["apt-get", "update", "-qq"], { env });
  await run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", ...missing], { env });
}

async function missingPackages(): Promise<readonly string[]> {
  const selections = await run(["dpkg", "--get-selections"]);
  const installed = new Set([...selections.matchAll(/^([^:\s]+)\S*\s+(?:install|hold)$/gm)].map(([, name]) => name));
  return packages.filter((name) => !installed.has(name));
}

/** Why no test cluster can run on this machine, in one sentence; undefined when it can. */
export async function cannotRun(): Promise<string | undefined> {
  if (process.platform !== "linux") return "A test cluster needs Linux: its node is made of the kernel's namespaces.";
  if (process.getuid?.() !== 0) return "A test cluster needs root: run it with sudo, or in a virtual machine of its own.";
  const apt = await runInForeground(["sh", "-c", "command -v apt-get dpkg-query > /dev/null"]);
  if (apt !== 0) return `A test cluster needs a Debian system, for its packages: ${packages.join(" ")}.`;
  return undefined;
}
