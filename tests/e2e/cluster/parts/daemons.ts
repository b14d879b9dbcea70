import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { cached, keyOf } from "./cache.ts";

/** Packages of Debian's whose programs run in the node, and nowhere else. */
const packages = ["containerd", "containernetworking-plugins", "docker-registry", "etcd-server", "runc"] as const;
const suite = "bookworm";

/**
 * A folder with the programs of the node that Debian has (`usr/bin`, `usr/sbin`, `usr/lib/cni`), unpacked into the cache: installed, they would be started with the
 * machine, and take the place of a Docker that is there. apt checks their hashes against Debian's signed lists.
 */
export function unpackDaemons(say: (line: string) => void): Promise<string> {
  return cached("daemons", keyOf(suite, ...packages), async (aside) => {
    say(`Unpacking Debian packages: ${packages.join(" ")}; this happens once.`);
    await run(["apt-get", "update", "-qq"]);
    await run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", ...packages], { cwd: aside });
    for (const name of (await readdir(aside)).filter((entry) => entry.endsWith(".deb"))) {
      await run(["dpkg-deb", "--extract", join(aside, name), aside]);
      await rm(join(aside, name));
    }
  });
}
