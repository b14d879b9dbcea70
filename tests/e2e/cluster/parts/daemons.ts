import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { cachedAsTaken } from "./cache.ts";
import versions from "./debian-versions.json" with { type: "json" };
import { asApt, available, keyOfVersions, saySubstitutes } from "./versions.ts";

/** Packages of Debian's whose programs run in the node, and nowhere else, with the versions that the tests were seen to pass with. */
const pinned = versions.node;

/**
 * A folder with the programs of the node that Debian has (`usr/bin`, `usr/sbin`, `usr/lib/cni`), unpacked into the cache: installed, they would be started with the
 * machine, and take the place of a Docker that is there. apt checks their hashes against Debian's signed lists.
 */
export function unpackDaemons(say: (line: string) => void): Promise<string> {
  return cachedAsTaken("daemons", keyOfVersions(pinned), async (aside) => {
    const names = Object.keys(pinned);
    say(`Unpacking Debian packages: ${names.join(" ")}; this happens once.`);
    await run(["apt-get", "update", "-qq"]);
    const taken = available(pinned, await run(["apt-cache", "madison", ...names]));
    saySubstitutes(pinned, taken, say);
    await run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", ...asApt(taken)], { cwd: aside });
    for (const name of (await readdir(aside)).filter((entry) => entry.endsWith(".deb"))) {
      await run(["dpkg-deb", "--extract", join(aside, name), aside]);
      await rm(join(aside, name));
    }
    return keyOfVersions(taken);
  });
}
