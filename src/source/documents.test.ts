import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { loadDocument, type ReferenceScope } from "./documents.ts";

const root = (ref: string): string => `openapi: 3.0.0\npaths:\n  /a:\n    $ref: '${ref}'\n`;
const item = "get:\n  responses: {}\n";

/** A folder with files, by their paths in it. */
async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-source-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

async function load(path: string, scope: ReferenceScope) {
  const noticed: string[] = [];
  const loaded = await loadDocument(path, { references: scope }, (file) => noticed.push(file));
  return { loaded, noticed };
}

describe("a document's references", () => {
  it("lead to files under its folder, and from those on", async (t) => {
    const folder = await folderWith(t, {
      "api.yaml": root("paths/a.yaml"),
      "paths/a.yaml": "$ref: ../shared/a.yaml\n",
      "shared/a.yaml": item,
    });
    const { loaded, noticed } = await load(join(folder, "api.yaml"), "folder");
    assert.deepEqual(loaded.problems, []);
    assert.deepEqual([...(loaded.files?.files.keys() ?? [])], [join(folder, "paths/a.yaml"), join(folder, "shared/a.yaml")]);
    assert.deepEqual(noticed, [join(folder, "api.yaml"), join(folder, "paths/a.yaml"), join(folder, "shared/a.yaml")]);
  });

  it("may go round in circles", async (t) => {
    const folder = await folderWith(t, { "api.yaml": root("a.yaml"), "a.yaml": "get: { x: { $ref: api.yaml#/paths } }\n" });
    assert.deepEqual((await load(join(folder, "api.yaml"), "folder")).loaded.problems, []);
  });

  for (const [what, ref] of [
    ["a file above the folder", "../outside.yaml"],
    ["an absolute path", "/etc/hostname"],
    ["a URL", "https://pets.example/a.yaml"],
    ["a symbolic link out of it", "link.yaml"],
  ] as const) {
    it(`do not lead to ${what} unless it is allowed`, async (t) => {
      const folder = await folderWith(t, { "in/api.yaml": root(ref), "outside.yaml": item });
      await symlink("../outside.yaml", join(folder, "in/link.yaml"));
      const { loaded } = await load(join(folder, "in/api.yaml"), "folder");
      assert.deepEqual(
        loaded.problems.map(({ reason, where }) => [reason, where.line, where.pointer]),
        [["RefOutside", 3, "/paths/~1a"]],
      );
    });
  }

  it("lead anywhere when that is said: above the folder, and to URLs, which may refer on", async (t) => {
    const server = createServer((request, response) => response.end(request.url === "/deep/b.yaml" ? item : "$ref: deep/b.yaml\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const folder = await folderWith(t, {
      "in/api.yaml": `${root("../outside.yaml")}  /b:\n    $ref: ${url}/a.yaml\n`,
      "outside.yaml": item,
    });
    const { loaded } = await load(join(folder, "in/api.yaml"), "anywhere");
    assert.deepEqual(loaded.problems, []);
    assert.deepEqual([...(loaded.files?.files.keys() ?? [])], [join(folder, "outside.yaml"), `${url}/a.yaml`, `${url}/deep/b.yaml`]);
  });

  it("that name a file which is not there are a Problem at the reference", async (t) => {
    const folder = await folderWith(t, { "api.yaml": root("gone.yaml") });
    const { loaded, noticed } = await load(join(folder, "api.yaml"), "folder");
    assert.deepEqual(
      loaded.problems.map(({ reason, where }) => [reason, where.line, where.column]),
      [["FileUnreadable", 3, 3]],
    );
    assert.ok(noticed.includes(join(folder, "gone.yaml")), "it is watched, so that it is noticed when it comes");
  });
});
