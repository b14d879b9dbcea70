import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { z } from "zod";
import { validateConfiguration } from "../../src/apply/envoy/validate.ts";
import { writeGateway } from "../../src/cli/write-gateway.ts";
import { must, testEnvoy } from "../../testing/envoy.ts";
import { documentOf, onePath } from "./documents.ts";
import { folderWith, portico } from "./portico.ts";

const files = [
  "image/documents/pets.json",
  "image/manifest.json",
  "image/operations.json",
  "image/promises.json",
  "image/routes.json",
  "mounted/blocked.json",
  "mounted/bootstrap.json",
  "mounted/clusters.json",
  "mounted/keys.json",
  "mounted/listeners.json",
  "mounted/tokens.json",
];

/** The files under a folder, and a hash of each. */
async function contentOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const content = paths.toSorted().map(
    async (path) =>
      [
        path.slice(folder.length + 1),
        createHash("sha1")
          .update(await readFile(path))
          .digest("hex"),
      ] as const,
  );
  return new Map(await Promise.all(content));
}

const manifest = z.strictObject({
  contract: z.literal(1),
  inputHash: z.string().regex(/^[0-9a-f]{64}$/),
  apis: z.array(z.looseObject({})),
});
const manifestOf = async (folder: string) => manifest.parse(JSON.parse(await readFile(join(folder, "image/manifest.json"), "utf8")));

describe("portico build", { concurrency: 2 }, () => {
  it("writes the gateway's files, which Envoy takes, and a manifest", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath) });
    const { code, stdout, stderr } = await portico(["build", "api.yaml", "--out", "new/gateway"], { cwd });
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(stderr, /^1 operation in 11 files in new\/gateway; input hash [0-9a-f]{12}\.\n$/);
    const folder = join(cwd, "new/gateway");
    assert.deepEqual([...(await contentOf(folder)).keys()], files);
    assert.deepEqual((await manifestOf(folder)).apis, [
      {
        name: "pets",
        version: "1",
        hosts: [],
        basePath: "",
        operations: 1,
        backends: ["@document"],
        securities: [],
        credentialSets: [],
        globalLimits: [],
      },
    ]);
    must(await validateConfiguration(await testEnvoy(), folder));
    assert.deepEqual(await readdir(join(cwd, "new")), ["gateway"], "nothing is left beside it");
  });

  it("writes the same bytes for the same documents, and replaces what it wrote", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath) });
    await portico(["build", "api.yaml", "--out", "a"], { cwd });
    await portico(["build", "api.yaml", "--out", "b"], { cwd });
    const first = await contentOf(join(cwd, "a"));
    assert.deepEqual(await contentOf(join(cwd, "b")), first);
    await writeFile(join(cwd, "api.yaml"), documentOf(onePath.replace("/pets", "/dogs")));
    await writeFile(join(cwd, "a/note.txt"), "mine");
    assert.equal((await portico(["build", "api.yaml", "--out", "a"], { cwd })).code, 0);
    const second = await contentOf(join(cwd, "a"));
    assert.deepEqual([...second.keys()], [...files, "note.txt"]);
    assert.notEqual(second.get("image/routes.json"), first.get("image/routes.json"));
  });

  it("has the same input hash and image for two environments' backends", async (t) => {
    const endpoint = (url: string) =>
      `apiVersion: portico.dev/v1alpha1\nkind: TargetEndpoint\nmetadata: {name: pets}\nspec: {url: "${url}"}\n`;
    const cwd = await folderWith(t, {
      "api.yaml": documentOf(onePath, "x-portico: {backend: pets}\n"),
      "qa.yaml": endpoint("http://pets.qa.example:8080/v2"),
      "production.yaml": endpoint("https://pets.example"),
    });
    for (const name of ["qa", "production"]) await portico(["build", "api.yaml", "--resources", `${name}.yaml`, "--out", name], { cwd });
    const [qa, production] = [await contentOf(join(cwd, "qa")), await contentOf(join(cwd, "production"))];
    for (const file of files) assert.equal(qa.get(file) === production.get(file), file !== "mounted/clusters.json", file);
  });

  it("refuses a folder that holds something else, unless forced, and then leaves that alone", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath), "out/mine.txt": "mine", "out/image/mine.txt": "mine" });
    const refused = await portico(["build", "api.yaml", "--out", "out"], { cwd });
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /^out: error OutputRefused: The folder holds other things\. .*--force/);
    assert.deepEqual([...(await contentOf(join(cwd, "out"))).keys()], ["image/mine.txt", "mine.txt"]);
    assert.equal((await portico(["build", "api.yaml", "--out", "out", "--force"], { cwd })).code, 0);
    assert.deepEqual([...(await contentOf(join(cwd, "out"))).keys()], [...files, "mine.txt"].toSorted());
  });

  it("writes into an empty folder, and through a link to one", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath) });
    await mkdir(join(cwd, "empty"));
    await symlink("empty", join(cwd, "link"));
    assert.equal((await portico(["build", "api.yaml", "--out", "link"], { cwd })).code, 0);
    assert.deepEqual([...(await contentOf(join(cwd, "empty"))).keys()], files);
  });

  it("writes a project, from which image/ is the same bytes as from the document, though the document is not there", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath) });
    const both = await portico(["build", "api.yaml", "--project", "project", "--out", "gateway"], { cwd });
    assert.equal(both.code, 0, both.stderr);
    assert.deepEqual([...(await contentOf(join(cwd, "project"))).keys()], ["definition/pets.json", "gateway.yaml", "policies.yaml"]);
    await rm(join(cwd, "api.yaml"));
    const image = await portico(["build", "--from-project", "project", "--out", "image"], { cwd });
    assert.equal(image.code, 0, image.stderr);
    const whole = await contentOf(join(cwd, "gateway"));
    assert.deepEqual(await contentOf(join(cwd, "image")), new Map([...whole].filter(([path]) => path.startsWith("image/"))));
    const other = await portico(["build", "--from-project", "project", "--expect", "0".repeat(64), "--out", "unexpected"], { cwd });
    assert.deepEqual([other.code, /error BadProject: .* makes other files/.test(other.stderr)], [1, true]);
    assert.ok(!(await readdir(cwd)).includes("unexpected"));
    assert.equal((await portico(["build", "--from-project", "none", "--out", "other"], { cwd })).code, 1);
    assert.equal((await portico(["build", "api.yaml", "--from-project", "project", "--out", "other"], { cwd })).code, 2);
    assert.equal((await portico(["build", "api.yaml", "--expect", "0".repeat(64), "--out", "other"], { cwd })).code, 2);
  });

  it("says that a file is no folder", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath), file: "" });
    for (const out of ["file", "file/gateway"]) {
      const { code, stderr } = await portico(["build", "api.yaml", "--out", out], { cwd });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^${out}: error OutputRefused: .*Name a folder\\.`));
    }
  });

  it("says that a link leads nowhere, and leaves it", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath) });
    await symlink("nowhere", join(cwd, "link"));
    for (const option of ["--out=link", "--out=link/gateway", "--project=link"]) {
      const { code, stderr } = await portico(["build", "api.yaml", option], { cwd });
      assert.equal(code, 1);
      assert.match(stderr, /^link(\/gateway)?: error OutputRefused: .*leads nowhere/);
    }
    assert.deepEqual((await readdir(cwd)).toSorted(), ["api.yaml", "link"]);
  });

  it("writes nothing for a document with an error, and shows it on stderr", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf("  /pets:\n    get: yes\n") });
    const { code, stdout, stderr } = await portico(["build", "api.yaml", "--out", "out"], { cwd });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^api\.yaml:6:5: error WrongType: .*\n> 6 \| {5}get: yes\n.*\n\n1 error\.\n$/s);
    assert.deepEqual(await readdir(cwd), ["api.yaml"]);
  });

  it("refuses operations whose credential nothing checks", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": documentOf(onePath, "security: [{token: []}]\n") });
    const { code, stderr } = await portico(["build", "api.yaml", "--out", "out"], { cwd });
    assert.equal(code, 1);
    assert.match(stderr, /error MissingSecurity/);
  });

  it("leaves what is there as it is when writing fails", async (t) => {
    const cwd = await folderWith(t, {});
    const out = join(cwd, "out");
    must(await writeGateway(out, new Map([["image/manifest.json", '{"contract": 1, "inputHash": ""}']]), false));
    const before = await contentOf(out);
    const impossible = new Map([
      ["image/manifest.json", "new"],
      ["image/manifest.json/below", "a file is no folder"],
    ]);
    const written = await writeGateway(out, impossible, false);
    assert.deepEqual([written.ok, written.problems.map(({ reason }) => reason)], [false, ["OutputRefused"]]);
    assert.deepEqual(await contentOf(out), before);
    assert.deepEqual(await readdir(cwd), ["out"]);
  });
});

describe("portico build, mocked operations", { concurrency: 2 }, () => {
  const mocked = (status: number): string =>
    documentOf(`  /pets:\n    get: {responses: {"${status}": {description: x, content: {text/plain: {example: rex}}}}}\n`);

  it("builds default answers into the image and warns that nobody can choose another", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": mocked(200) });
    const { code, stderr } = await portico(["build", "api.yaml", "--mock", "--out", "out"], { cwd });
    assert.equal(code, 0);
    assert.match(stderr, /^api\.yaml:6:5: warning MockBackendNeeded: .*502/);
    assert.match(await readFile(join(cwd, "out/image/routes.json"), "utf8"), /"inline_string":"rex"/);
  });

  it("refuses a mocked answer that no route can hold", async (t) => {
    const cwd = await folderWith(t, { "api.yaml": mocked(404) });
    const { code, stderr } = await portico(["build", "api.yaml", "--mock", "--out", "out"], { cwd });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /error MockBackendNeeded: The mocked answer of `GET \/pets` cannot be in the gateway's files: its status is 404\./,
    );
    assert.deepEqual(await readdir(cwd), ["api.yaml"]);
  });
});
