import { until } from "../../../../testing/until.ts";
import { run, runInForeground } from "../command.ts";
import { locked } from "../lock.ts";

/** Programs and libraries without a daemon that a test cluster is made with. What runs in the node is unpacked and not installed (daemons.ts). */
const packages = [
  "ca-certificates",
  "conntrack",
  "curl",
  "gcc",
  "iproute2",
  "ipset",
  "iptables",
  "libatomic1",
  "libc6-dev",
  "libseccomp2",
  "mmdebstrap",
  "mount",
  "openssl",
  "procps",
  "skopeo",
  "util-linux",
] as const;

/** What images are made and pushed with: all that a cluster needs that is somebody else's. */
const forImages = ["gcc", "libatomic1", "libc6-dev", "mmdebstrap", "skopeo"] as const;

/** Root alone can open this file, which is there on every Debian system; dpkg's own lock on it is of another kind (fcntl(2), not flock(2)). */
const dpkgLock = "/var/lib/dpkg/lock-frontend";

/**
 * Installs what is missing (as root), quietly; what the package manager said is shown when it fails. Nothing is ever removed for it, and an
 * installation that was killed is brought to its end first. Of two at once one waits.
 */
export async function installPackages(say: (line: string) => void, which: "all" | "images" = "all"): Promise<void> {
  const wanted = which === "all" ? packages : forImages;
  if ((await missingOf(wanted)).length === 0) return;
  await locked(dpkgLock, async () => {
    const missing = await missingOf(wanted);
    if (missing.length === 0) return;
    say(`Installing Debian packages: ${missing.join(" ")}`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await untilUnlocked(() => run(["dpkg", "--configure", "-a"], { env }));
    await untilUnlocked(() => run(["apt-get", "update", "-qq"], { env }));
    const options = ["-qq", "-y", "--no-remove", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];
    await untilUnlocked(() => run(["apt-get", "install", ...options, "--fix-broken"], { env }));
    await run(["apt-get", "install", ...options, ...missing], { env });
  });
}

/**
 * Does one step of mending as soon as nobody else holds a lock of dpkg's or apt's: what was killed may leave a part of itself that works on. What
 * fails otherwise is left to the step after it, and in the end the installation says it.
 */
async function untilUnlocked(step: () => Promise<string>): Promise<void> {
  await until(
    "no other program installs packages",
    async () => {
      try {
        await step();
        return true;
      } catch (failure) {
        return !/\block\b/i.test(String(failure));
      }
    },
    300_000,
  );
}

/** The packages that are not wholly installed (dpkg-query(1): the state `ii`). */
async function missingOf(wanted: readonly string[]): Promise<readonly string[]> {
  const states = await run(["dpkg-query", "--show", `--showformat=\${db:Status-Abbrev} \${binary:Package}\\n`]);
  const installed = new Set([...states.matchAll(/^ii +([^:\s]+)/gm)].map(([, name]) => name));
  return wanted.filter((name) => !installed.has(name));
}

/** Why nothing can be installed and built on this machine, in one sentence; undefined when it can. */
export async function cannotRun(): Promise<string | undefined> {
  if (process.platform !== "linux") return "A test cluster needs Linux: its node is made of the kernel's namespaces.";
  if (process.getuid?.() !== 0) return "A test cluster needs root: run it with sudo, or in a virtual machine of its own.";
  const apt = await runInForeground(["sh", "-c", "command -v apt-get dpkg-query > /dev/null"]);
  if (apt !== 0) return `A test cluster needs a Debian system, for its packages: apt-get install ${packages.join(" ")}.`;
  return undefined;
}
