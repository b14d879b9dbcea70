import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { cached, keyOf } from "./cache.ts";

/** Packages of Debian's whose programs run in the node, and nowhere else, with the versions that the tests were seen to pass with (bookworm). */
const pinned = {
  containerd: "1.6.20~ds1-1+deb12u3",
  "containernetworking-plugins": "1.1.1+ds1-3+b5",
  "docker-registry": "2.8.2+ds1-1",
  "etcd-server": "3.4.23-4+b4",
  runc: "1.1.5+ds1-1+deb12u1",
} as const;

/**
 * A folder with the programs of the node that Debian has (`usr/bin`, `usr/sbin`, `usr/lib/cni`), unpacked into the cache: installed, they would be started with the
 * machine, and take the place of a Docker that is there. apt checks their hashes against Debian's signed lists. Its file `versions` says what was taken.
 */
export function unpackDaemons(say: (line: string) => void): Promise<string> {
  return cached("daemons", keyOf(JSON.stringify(pinned)), async (aside) => {
    say(`Unpacking Debian packages: ${Object.keys(pinned).join(" ")}; this happens once.`);
    await run(["apt-get", "update", "-qq"]);
    const offered = offeredVersions(await run(["apt-cache", "madison", ...Object.keys(pinned)]));
    const taken = Object.entries(pinned).map(([name, version]) => takenVersion(name, version, offered.get(name) ?? [], say));
    await run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", ...taken], { cwd: aside });
    for (const name of (await readdir(aside)).filter((entry) => entry.endsWith(".deb"))) {
      await run(["dpkg-deb", "--extract", join(aside, name), aside]);
      await rm(join(aside, name));
    }
    await writeFile(join(aside, "versions"), `${taken.join("\n")}\n`);
  });
}

/** The versions that Debian offers of each package, its first choice first: lines such as `runc | 1.1.5+ds1-1 | http://... Packages` (apt-cache(8), madison). */
function offeredVersions(madison: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const line of madison.split("\n")) {
    const [name = "", version = "", source = ""] = line.split("|").map((part) => part.trim());
    if (source.endsWith(" Packages")) found.set(name, [...(found.get(name) ?? []), version]);
  }
  return found;
}

/** A package as apt takes it, `name=version`: Debian's mirrors keep the last versions of a release only, so the newest stands in for one that is gone. */
function takenVersion(name: string, version: string, offered: readonly string[], say: (line: string) => void): string {
  const [newest] = offered;
  if (offered.includes(version)) return `${name}=${version}`;
  if (newest === undefined) throw new Error(`Debian's lists on this machine have no package ${name}: see /etc/apt/sources.list.d.`);
  say(`Debian has ${name} ${version} no longer; ${newest} is taken in its place. Pin it in tests/e2e/cluster/parts/daemons.ts.`);
  return `${name}=${newest}`;
}
