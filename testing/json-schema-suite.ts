import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { cacheFolder } from "../src/apply/envoy/binary-cache.ts";

const run = promisify(execFile);

/** The package of PyPI whose source carries the official test suite of JSON Schema (github.com/json-schema-org/JSON-Schema-Test-Suite). */
const carrier = { name: "jsonschema", version: "4.23.0", sha256: "d71497fef26351a33265337fa77ffeb82423f3ea21283cd9467bb03999266bc4" };

const group = z.object({
  description: z.string(),
  schema: z.unknown(),
  tests: z.array(z.object({ description: z.string(), data: z.unknown(), valid: z.boolean() })),
});

/** A schema of the suite with values that are right by it, and others. */
export type SuiteGroup = z.infer<typeof group>;

/** The suite's groups of a draft by the name of their file (`optional/format/date`); fetched with pip where it is not in the cache. */
export async function jsonSchemaSuite(draft: string): Promise<ReadonlyMap<string, readonly SuiteGroup[]>> {
  const folder = join(await suiteFolder(), "json", "tests", draft);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".json")).toSorted();
  const read = await Promise.all(
    names.map(
      async (name) => [name.replace(/\.json$/, ""), z.array(group).parse(JSON.parse(await readFile(join(folder, name), "utf8")))] as const,
    ),
  );
  return new Map(read);
}

async function suiteFolder(): Promise<string> {
  const { name, version, sha256 } = carrier;
  const cache = cacheFolder(process.env);
  const kept = join(cache, `json-schema-suite-${version}`);
  if ((await readdir(kept).catch(() => [])).length > 0) return join(kept, `${name}-${version}`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "json-schema-suite."));
  try {
    const archive = join(work, `${name}-${version}.tar.gz`);
    const options = ["--no-deps", "--no-binary", name, "--dest", work, "--quiet", "--disable-pip-version-check", "--no-input"];
    await run("python3", ["-m", "pip", "download", ...options, `${name}==${version}`], { cwd: work });
    const found = createHash("sha256")
      .update(await readFile(archive))
      .digest("hex");
    if (found !== sha256) throw new Error(`${name} ${version} has the sha256 ${found} in place of ${sha256}`);
    await run("tar", ["--extract", "--gzip", "--file", archive, "--directory", work, `${name}-${version}/json`]);
    await rm(archive);
    await rename(work, kept).catch(async (failure: unknown) => {
      // Somebody else may have been faster.
      if ((await readdir(kept).catch(() => [])).length === 0) throw failure;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return join(kept, `${name}-${version}`);
}
