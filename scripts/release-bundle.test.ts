import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
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

/** How many bytes the files below a folder have. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

it("a release is made of the checkout alone, and the same checkout gives the same bytes", { timeout: 240_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "portico-release-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const first = await sumsOf(join(folder, "one"));
  const names = first.map((line) => line.split("  ")[1] ?? "");
  for (const name of ["install.yaml", "krew-portico.yaml", "images/gateway/Dockerfile", "images/gateway/envoy", "images/toolkit/node"])
    assert.ok(names.includes(name), `${name} in ${names.join(", ")}`);
  assert.ok(names.some((name) => /^portico-\d.*\.tgz$/.test(name)) && names.some((name) => /^portico-chart-.*\.tgz$/.test(name)));
  // docs/images.md lists them, and how large they are.
  const inImage = (image: string): readonly string[] =>
    names.flatMap((name) =>
      name.startsWith(`images/${image}/`) ? [name.slice(`images/${image}/`.length).replace(/^(portico)\/.*/, "$1")] : [],
    );
  const gateway = [
    "Dockerfile",
    "envoy",
    "gateway/cache/.keep",
    "gateway/mounted/.keep",
    "gateway/run/.keep",
    "gateway/unmounted/bootstrap.json",
  ];
  assert.deepEqual([...new Set(inImage("gateway"))].toSorted(), [...gateway, "libatomic.so.1", "node", "portico"].toSorted());
  assert.deepEqual([...new Set(inImage("toolkit"))].toSorted(), ["Dockerfile", "libatomic.so.1", "node", "portico"]);
  assert.deepEqual(inImage("operator"), ["Dockerfile"]);
  for (const [image, most] of [
    ["gateway", 270e6],
    ["toolkit", 170e6],
  ] as const)
    assert.ok((await sizeOf(join(folder, "one", "images", image))) < most, image);
  assert.deepEqual(await sumsOf(join(folder, "two")), first);
});
