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
