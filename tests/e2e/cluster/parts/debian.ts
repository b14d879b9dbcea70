import { until } from "../../../../testing/until.ts";
import { run, runInForeground } from "../command.ts";
import { locked } from "../lock.ts";
import versions from "./debian-versions.json" with { type: "json" };
import { asApt, available, saySubstitutes, type Versions } from "./versions.ts";

/**
 * Programs and libraries without a daemon that a test cluster is made with, with the versions in which they are installed where they are missing: what a
 * machine has of them stays as it is. What runs in the node is unpacked and not installed (daemons.ts).
 */
const pinned: Versions = versions.tools;
const packages = Object.keys(pinned);

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
    const wantedVersions = Object.fromEntries(missing.map((name) => [name, pinned[name] ?? ""]));
    const taken = available(wantedVersions, await run(["apt-cache", "madison", ...missing]));
    saySubstitutes(wantedVersions, taken, say);
    await run(["apt-get", "install", ...options, ...asApt(taken)], { env }).catch(async () => {
      say("The pinned versions do not go with what is installed on this machine: those that do are taken.");
      await run(["apt-get", "install", ...options, ...missing], { env });
    });
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

/** The packages of this machine that are wholly installed (dpkg-query(1): the state `ii`). */
async function installed(): Promise<Versions> {
  const states = await run(["dpkg-query", "--show", `--showformat=\${db:Status-Abbrev} \${binary:Package} \${Version}\\n`]);
  return Object.fromEntries([...states.matchAll(/^ii +([^:\s]+)\S* (\S+)$/gm)].map(([, name = "", version = ""]) => [name, version]));
}

async function missingOf(wanted: readonly string[]): Promise<readonly string[]> {
  const there = await installed();
  return wanted.filter((name) => !Object.hasOwn(there, name));
}

/** The installed packages whose names match, with their versions: what is made with them depends on these. */
export const installedVersions = async (names: RegExp): Promise<Versions> =>
  Object.fromEntries(Object.entries(await installed()).filter(([name]) => names.test(name)));

/** Why nothing can be installed and built on this machine, in one sentence; undefined when it can. */
export async function cannotRun(): Promise<string | undefined> {
  if (process.platform !== "linux") return "A test cluster needs Linux: its node is made of the kernel's namespaces.";
  if (process.getuid?.() !== 0) return "A test cluster needs root: run it with sudo, or in a virtual machine of its own.";
  const apt = await runInForeground(["sh", "-c", "command -v apt-get dpkg-query > /dev/null"]);
  if (apt !== 0) return `A test cluster needs a Debian system, for its packages: apt-get install ${packages.join(" ")}.`;
  return undefined;
}
