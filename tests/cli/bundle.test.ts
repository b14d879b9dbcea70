import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { before, describe, it } from "node:test";
import { bundle } from "../../scripts/bundle.ts";
import { suiteScope } from "../../testing/scope.ts";
import { documentOf, onePath } from "./documents.ts";
import { folderWith } from "./portico.ts";

const sample = resolve(import.meta.dirname, "../../deploy/samples/petstore.yaml");

/** The Node 20 that is on the PATH, beside the one that runs the tests. */
function node20(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return folders
    .map((folder) => join(folder, "node"))
    .find((path) => isProgram(path) && execFileSync(path, ["--version"], { encoding: "utf8" }).startsWith("v20."));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

describe("the published program", () => {
  let folder = "";
  let program = "";
  const scope = suiteScope();
  before(async () => {
    folder = await folderWith(scope, { "api.yaml": documentOf(onePath), "package.json": '{"type": "module"}' });
    program = await bundle(join(folder, "dist"));
  });

  const run = (node: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(node, [program, ...args], { cwd: folder, encoding: "utf8", timeout: 10_000 });
    return { status, stdout, stderr };
  };

  it("is one small file and the chunks that it loads when they are needed", async () => {
    const text = await readFile(program, "utf8");
    assert.ok(text.startsWith("#!/usr/bin/env node\n"));
    assert.ok(text.length < 100_000, `${text.length} bytes are read at every start`);
    assert.ok((await readdir(join(folder, "dist/chunks"))).some((name) => name.startsWith("check-documents-")));
  });

  it("brings its packages and names their licences", async () => {
    for (const name of await readdir(join(folder, "dist"), { recursive: true })) {
      if (!name.endsWith(".js")) continue;
      const text = await readFile(join(folder, "dist", name), "utf8");
      assert.doesNotMatch(text, /(?:from|import|require\()\s*\(?"(?!\.|node:)(?:commander|zod|js-yaml)/, name);
    }
    const licences = await readFile(join(folder, "dist/THIRD-PARTY.txt"), "utf8");
    for (const name of ["commander", "js-yaml", "zod"]) assert.match(licences, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\n`, "m"));
  });

  it("checks the sample by the Node of the tests", () => {
    const { status, stdout, stderr } = run(process.execPath, "check", sample);
    assert.deepEqual([status, stderr], [1, ""]);
    assert.match(stdout, /^\S*petstore\.yaml:\d+:\d+: error MissingSecurity: /);
  });

  it("reads functions that a document names", async () => {
    await writeFile(join(folder, "look.ts"), "export const look = (request: Request): void => {};");
    const document = {
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      servers: [{ url: "http://pets.test" }],
      paths: { "/pets": { get: {} } },
    };
    await writeFile(
      join(folder, "look.json"),
      JSON.stringify({ ...document, "x-portico": { interceptors: { request: "./look.ts#look" } } }),
    );
    assert.deepEqual(run(process.execPath, "check", "look.json"), { status: 0, stdout: "1 document: no problems.\n", stderr: "" });
    await writeFile(join(folder, "look.ts"), "export const other = 1;");
    assert.match(run(process.execPath, "check", "look.json").stdout, /BadInterceptor: look\.ts exports no `look`, but other/);
  });

  const node = node20();
  describe("by Node 20", { skip: node === undefined && "there is no Node 20 on the PATH" }, () => {
    const by20 = (...args: readonly string[]) => run(node ?? "", ...args);

    it("checks the sample", () => {
      const { status, stdout, stderr } = by20("check", sample);
      assert.deepEqual([status, stderr], [1, ""]);
      assert.match(stdout, /^\S*petstore\.yaml:\d+:\d+: error MissingSecurity: /);
    });

    it("does what each other command does", async () => {
      assert.deepEqual(by20("check", "api.yaml"), { status: 0, stdout: "1 document: no problems.\n", stderr: "" });
      assert.match(by20("routes", "--mock", sample).stdout, /\nGET +\/v1\/pets +listPets +mock +open\n/);
      assert.match(by20("explain", "GET", "/v1/pets/7", "--mock", sample).stdout, /^GET \/v1\/pets\/7 is answered by showPet\.\n/);
      assert.match(by20("schema", "API").stdout, /^\{\n/);
      assert.match(by20("completion", "fish").stdout, /complete -c portico/);
      assert.equal(by20("build", "api.yaml", "--out", "gateway").status, 0);
      assert.deepEqual((await readdir(join(folder, "gateway"))).toSorted(), ["cache", "image", "mounted", "run"]);
      assert.match(by20("run", "none.yaml").stderr, /^none\.yaml: error FileUnreadable/);
    });
  });
});
