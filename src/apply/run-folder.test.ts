import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { must } from "../../testing/envoy.ts";
import { makeRunFolder, writeAtomically } from "./run-folder.ts";

async function baseOf(t: TestContext): Promise<string> {
  const base = await mkdtemp(join(tmpdir(), "portico-base-"));
  t.after(() => rm(base, { recursive: true, force: true }));
  return base;
}

describe("a run has a folder of its own", () => {
  it("nobody else may read it, and it is gone with all that is in it", async (t) => {
    const base = await baseOf(t);
    const folder = must(await makeRunFolder({ XDG_RUNTIME_DIR: base }));
    assert.ok(folder.path.startsWith(join(base, `portico-${process.pid}-`)));
    assert.equal((await stat(folder.path)).mode & 0o777, 0o700);
    await writeAtomically(join(folder.path, "image/routes.json"), "{}");
    await folder.remove();
    assert.deepEqual(await readdir(base), []);
  });

  it("a socket in it has a path that is short enough, whatever the environment says", async (t) => {
    const base = await baseOf(t);
    const deep = join(base, "d".repeat(60));
    await mkdir(deep);
    for (const env of [
      { XDG_RUNTIME_DIR: deep, TMPDIR: base },
      { XDG_RUNTIME_DIR: join(base, "absent"), TMPDIR: base },
      { XDG_RUNTIME_DIR: "relative", TMPDIR: base },
    ]) {
      const folder = must(await makeRunFolder(env));
      t.after(folder.remove);
      assert.ok(folder.path.startsWith(`${base}/portico-`), folder.path);
      assert.ok(join(folder.path, "run/admin.sock").length <= 103);
    }
    const last = must(await makeRunFolder({ TMPDIR: deep }));
    t.after(last.remove);
    assert.ok(last.path.startsWith("/tmp/portico-"), last.path);
  });

  it("what a killed run left is removed; what others use or made is not", async (t) => {
    const base = await baseOf(t);
    const gone = spawnSync("true").pid;
    const kept = [`portico-${process.pid}-aaaaaa`, "portico-1-bbbbbb", `portico-${gone}-too-long`, "portico-notes", `other-${gone}-aaaaaa`];
    for (const name of [...kept, `portico-${gone}-cccccc`]) await mkdir(join(base, name, "image"), { recursive: true });
    const folder = must(await makeRunFolder({ XDG_RUNTIME_DIR: base }));
    await folder.remove();
    assert.deepEqual((await readdir(base)).sort(), kept.toSorted());
  });
});

describe("a file is written as a whole", () => {
  it("a reader sees the old text or the new, and only the file stays", async (t) => {
    const file = join(await baseOf(t), "mounted/listeners.json");
    const texts = ["a", "b"].map((letter) => letter.repeat(200_000));
    await writeAtomically(file, texts[0] ?? "");
    let writing = true;
    const writer = (async () => {
      for (let round = 0; round < 50; round++) await writeAtomically(file, texts[round % 2] ?? "");
      writing = false;
    })();
    let reads = 0;
    while (writing) {
      assert.ok(texts.includes(await readFile(file, "utf8")), "a torn text was read");
      reads++;
    }
    await writer;
    assert.ok(reads > 0);
    assert.deepEqual(await readdir(join(file, "..")), ["listeners.json"]);
  });

  it("when the path cannot be replaced, the draft does not stay", async (t) => {
    const base = await baseOf(t);
    await mkdir(join(base, "taken", "inside"), { recursive: true });
    await assert.rejects(writeAtomically(join(base, "taken"), "text"));
    assert.deepEqual(await readdir(base), ["taken"]);
  });
});
