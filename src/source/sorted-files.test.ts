import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { sortedFiles } from "./sorted-files.ts";

async function folderOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-sorted-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

describe("files that are named as documents", () => {
  it("are documents, whatever is in them; of a folder each is what it holds", async (t) => {
    const folder = await folderOf(t, {
      "api.yaml": "openapi: 3.1.0\n",
      "older/api.json": '{"swagger":"2.0"}',
      "backends/store.yaml": "apiVersion: portico.dev/v1alpha1\nkind: TargetEndpoint\n---\napiVersion: v1\n",
      "schemas/pet.yaml": "type: object\n",
      "README.md": "# Pets\n",
    });
    const at = (name: string): string => join(folder, name);
    assert.deepEqual(await sortedFiles(["a.yaml", folder, "-"]), {
      ok: true,
      value: { documents: ["a.yaml", at("api.yaml"), at("older/api.json"), "-"], resources: [at("backends/store.yaml")] },
      problems: [],
    });
  });

  it("are wrong where a folder has no document, or what cannot be read", async (t) => {
    const none = await folderOf(t, { "pet.yaml": "type: object\n" });
    const broken = await folderOf(t, { "api.yaml": "openapi: 3.1.0\n", "store.yaml": "a: {\n" });
    const { ok, problems } = await sortedFiles([none, broken]);
    assert.equal(ok, false);
    assert.deepEqual(
      problems.map(({ reason, where }) => [reason, where.source]),
      [
        ["NotOpenApi", none],
        ["NotYaml", join(broken, "store.yaml")],
      ],
    );
  });
});
