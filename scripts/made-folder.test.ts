import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { bundleGateway } from "./bundle.ts";
import { markFolder, whyNotInto } from "./made-folder.ts";

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pt-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Runs a script: its exit code, and what it says on stderr. */
const run = (script: string, folder: string): Promise<{ readonly code: unknown; readonly stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, script), folder], (failure, _, stderr) => {
      resolve({ code: failure?.code ?? 0, stderr });
    });
  });

describe("a folder that a script writes", () => {
  it("is one that is not there, or empty, or that a script made", async (t) => {
    const folder = await folderOf(t);
    assert.equal(await whyNotInto(join(folder, "none")), undefined);
    assert.equal(await whyNotInto(folder), undefined);
    await markFolder(folder);
    await writeFile(join(folder, "old"), "");
    assert.equal(await whyNotInto(folder), undefined);
    assert.match((await whyNotInto(join(folder, "old"))) ?? "", /cannot be used \(ENOTDIR\)/);
  });

  for (const script of ["image-contexts.ts", "release-bundle.ts"])
    it(`is not somebody's for ${script}: that is said, and what is there stays`, async (t) => {
      const folder = await folderOf(t);
      await mkdir(join(folder, "toolkit"));
      await writeFile(join(folder, "toolkit/mine"), "");
      const { code, stderr } = await run(script, folder);
      assert.equal(code, 1);
      assert.match(stderr, /is there and not empty, .*Name another folder, or remove it yourself\.\n$/);
      assert.deepEqual((await readdir(folder, { recursive: true })).toSorted(), ["toolkit", "toolkit/mine"]);
    });

  it("may be read by all, whoever made it", async (t) => {
    const folder = join(await folderOf(t), "made");
    const before = process.umask(0o077);
    await bundleGateway(folder).finally(() => process.umask(before));
    const modes = new Map<string, string>();
    for (const name of ["", ...(await readdir(folder, { recursive: true }))])
      modes.set(name, ((await stat(join(folder, name))).mode & 0o777).toString(8));
    assert.deepEqual([modes.get(""), modes.get("gateway.js"), modes.get("THIRD-PARTY.txt")], ["755", "755", "644"]);
    for (const [name, mode] of modes) assert.ok(mode === "755" || mode === "644", `${name} has ${mode}`);
  });
});
