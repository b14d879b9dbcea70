import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { run, runAlone } from "../command.ts";
import { cachedAsTaken } from "../parts/cache.ts";
import { installedVersions } from "../parts/debian.ts";
import versions from "../parts/debian-versions.json" with { type: "json" };
import { keyOfVersions, saySubstitutes, type Versions } from "../parts/versions.ts";
import { type TestImage, writeImage } from "./layout.ts";

/** What stands in the tests where a public base image (debian:bookworm-slim) would stand. */
const recipe = {
  suite: "bookworm",
  packages: ["ca-certificates", "libatomic1", "libstdc++6"],
  leftOut: ["/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/man/*", "/var/log/*"],
} as const;

/** All packages in it, with the versions that the tests were seen to pass with. */
const pinned: Versions = versions.baseImage;

/** apt prefers each package in the pinned version, whatever else there is, and where that is gone takes the newest (apt_preferences(5)). */
const preferences = Object.entries(pinned)
  .map(([name, version]) => `Package: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`)
  .join("\n");

/** A root file system from Debian's packages. Its bytes depend on the packages' versions alone (reproducible-builds.org: SOURCE_DATE_EPOCH). */
export async function debianImage(say: (line: string) => void): Promise<TestImage> {
  const name = "debian";
  const made = [JSON.stringify([recipe, await installedVersions(/^mmdebstrap$/)])];
  const folder = await cachedAsTaken(`image-${name}`, keyOfVersions(pinned, ...made), async (aside) => {
    say("Making the base image from Debian packages; this happens once, and takes half a minute.");
    const work = await mkdtemp(join(aside, "work-"));
    const tar = join(work, "layer.tar");
    const preferred = join(work, "preferences");
    await writeFile(preferred, preferences);
    const own = '"$1/etc/apt/preferences.d/pinned"';
    const options = [
      "--quiet",
      "--variant=essential",
      `--include=${recipe.packages.join(",")}`,
      ...recipe.leftOut.map((path) => `--dpkgopt=path-exclude=${path}`),
      `--setup-hook=mkdir -p "$1/etc/apt/preferences.d" && cp '${preferred}' ${own}`,
      `--customize-hook=rm ${own}`,
    ];
    // When its tar fails, mmdebstrap hangs up on its whole process group.
    await runAlone(["mmdebstrap", ...options, recipe.suite, tar], { env: { ...process.env, SOURCE_DATE_EPOCH: "0", TMPDIR: work } });
    const taken = packagesIn(await run(["tar", "-xOf", tar, "./var/lib/dpkg/status"]));
    saySubstitutes(pinned, taken, say);
    await writeImage(aside, undefined, tar, "debian", { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], Cmd: ["/bin/sh"] });
    await rm(work, { recursive: true });
    return keyOfVersions(taken, ...made);
  });
  return { name, key: basename(folder), folder };
}

/** The packages that dpkg's own list names (dpkg(1), /var/lib/dpkg/status). */
const packagesIn = (status: string): Versions =>
  Object.fromEntries(
    [...status.matchAll(/^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$/gm)].map(([, name = "", version = ""]) => [name, version]),
  );
