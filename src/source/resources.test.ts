import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { loadResources } from "./resources.ts";

describe("resources in a folder", () => {
  it("are read through the links of a Kubernetes volume, each once", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "portico-resources-"));
    t.after(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, "..2026_11_25"));
    await writeFile(join(folder, "..2026_11_25/pets.yaml"), "kind: TargetEndpoint\n");
    await symlink("..2026_11_25", join(folder, "..data"));
    await symlink("..data/pets.yaml", join(folder, "pets.yaml"));
    const loaded = await loadResources([folder]);
    assert.deepEqual(loaded.problems, []);
    assert.deepEqual(
      loaded.documents.map(({ name, value }) => [name, value]),
      [[join(folder, "pets.yaml"), { kind: "TargetEndpoint" }]],
    );
  });

  it("are read through links to folders below, and none twice", async (t) => {
    const outer = await mkdtemp(join(tmpdir(), "portico-resources-"));
    t.after(() => rm(outer, { recursive: true }));
    const folder = join(outer, "here");
    for (const name of ["here/b", "here/.kept/1", "shared"]) {
      await mkdir(join(outer, name), { recursive: true });
      await writeFile(join(outer, name, "a.yaml"), "kind: TargetEndpoint\n");
    }
    const links = { again: "b", back: "..", current: ".kept/1", "b/up": "../b", "b/shared": "../../shared", nowhere: "none" };
    for (const [link, target] of Object.entries(links)) await symlink(target, join(folder, link));
    const { documents, problems } = await loadResources([folder]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      documents.map(({ name }) => name.slice(folder.length + 1)),
      ["b/a.yaml", "current/a.yaml"],
    );
  });

  it("that has more than a thousand folders is a Problem", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "portico-resources-"));
    t.after(() => rm(folder, { recursive: true }));
    for (let index = 0; index < 1000; index++) await mkdir(join(folder, String(index)));
    const { problems } = await loadResources([folder]);
    assert.deepEqual(
      problems.map(({ reason, where }) => [reason, where.source]),
      [["FileTooLarge", folder]],
    );
    await rm(join(folder, "0"), { recursive: true });
    assert.deepEqual((await loadResources([folder])).problems, []);
  });

  it("that are a link to nothing are a Problem", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "portico-resources-"));
    t.after(() => rm(folder, { recursive: true }));
    await symlink("gone.yaml", join(folder, "pets.yaml"));
    const loaded = await loadResources([folder]);
    assert.deepEqual(
      loaded.problems.map(({ reason, where }) => [reason, where.source]),
      [["FileUnreadable", join(folder, "pets.yaml")]],
    );
  });
});
