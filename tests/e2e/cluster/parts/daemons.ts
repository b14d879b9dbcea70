import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { cachedAsTaken } from "./cache.ts";
import versions from "./debian-versions.json" with { type: "json" };
import { asApt, available, keyOfVersions, saySubstitutes, type Versions } from "./versions.ts";

/**
 * A folder with the programs of the node that Debian has (`usr/bin`, `usr/sbin`, `usr/lib/cni`), unpacked into the cache: installed, they would be started with the
 * machine, and take the place of a Docker that is there. apt checks their hashes against Debian's signed lists.
 */
export const unpackDaemons = (say: (line: string) => void): Promise<string> => unpacked("daemons", versions.node, say);

/** A folder with Debian's Redis and the libraries that it needs beside the C library's. */
export const unpackRedis = (say: (line: string) => void): Promise<string> => unpacked("redis", versions.redis, say);

/** A folder with Debian's Prometheus and promtool (`usr/bin`). */
export const unpackPrometheus = (say: (line: string) => void): Promise<string> => unpacked("prometheus", versions.prometheus, say);

/** Packages with the versions that the tests were seen to pass with. */
function unpacked(folder: string, pinned: Versions, say: (line: string) => void): Promise<string> {
  return cachedAsTaken(folder, keyOfVersions(pinned), async (aside) => {
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
