import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const project = join(import.meta.dirname, "..");

/** The sums of a release that is made in a folder: `SUM  path` a line. */
async function sumsOf(folder: string): Promise<readonly string[]> {
  await run(process.execPath, [join(project, "scripts/release-bundle.ts"), folder], { cwd: project });
  return (await readFile(join(folder, "SHA256SUMS"), "utf8")).trim().split("\n");
}

it("a release is made of the checkout alone, and the same checkout gives the same bytes", { timeout: 240_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "portico-release-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const first = await sumsOf(join(folder, "one"));
  const names = first.map((line) => line.split("  ")[1] ?? "");
  for (const name of ["install.yaml", "krew-portico.yaml", "images/gateway/Dockerfile", "images/gateway/envoy", "images/toolkit/node"])
    assert.ok(names.includes(name), `${name} in ${names.join(", ")}`);
  assert.ok(names.some((name) => /^portico-\d.*\.tgz$/.test(name)) && names.some((name) => /^portico-chart-.*\.tgz$/.test(name)));
  assert.deepEqual(await sumsOf(join(folder, "two")), first);
});
