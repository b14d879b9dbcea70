import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { z } from "zod";
import { runPortico, temporaryFolder } from "../../testing/portico.ts";

const run = promisify(execFile);
const modules = join(import.meta.dirname, "../../node_modules");

/** A folder with a document whose x-portico says this, and files. */
async function folderOf(
  t: TestContext,
  interceptors: object,
  files: Readonly<Record<string, string>>,
  portico: object = {},
): Promise<string> {
  const folder = await temporaryFolder(t);
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    servers: [{ url: "http://pets.test" }],
    "x-portico": { interceptors, ...portico },
    paths: { "/pets": { get: { responses: {} }, post: { responses: {} } } },
  };
  writeFileSync(join(folder, "pets.json"), JSON.stringify(document));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const check = async (t: TestContext, folder: string, ...more: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await runPortico(t, ["check", "pets.json", "--format", "json", ...more], folder);
  const problem = z.object({ severity: z.string(), reason: z.string(), message: z.string(), source: z.string().optional() });
  return z
    .object({ problems: z.array(problem) })
    .parse(JSON.parse(stdout))
    .problems.map(({ reason, message }) => `${reason}: ${message}`);
};

describe("functions that a document names", { concurrency: 2 }, () => {
  for (const [what, interceptors, files, said] of [
    ["that is not there", { request: "./auth.ts" }, {}, /^BadInterceptor: `auth\.ts`: .*There is no such file/],
    [
      "that does not compile",
      { request: "./auth.ts" },
      { "auth.ts": "export default (: {}" },
      /^BadInterceptor: The file does not compile: /,
    ],
    [
      "that takes in one that is not there",
      { request: "./a.ts" },
      { "a.ts": 'import "./b.ts"; export default 1;' },
      /^BadInterceptor: `b\.ts`: /,
    ],
    [
      "without the function",
      { request: "./a.ts#check" },
      { "a.ts": "export const shape = 1;" },
      /^BadInterceptor: a\.ts exports no `check`, but shape\. /,
    ],
    ["outside the folder", { request: "../a.ts" }, {}, /^BadInterceptor: `\.\.\/a\.ts` is no program in the document's folder/],
    ["that is no program", { request: "./pets.json" }, {}, /^BadInterceptor: `\.\/pets\.json` is no program/],
    [
      "that may take no time",
      { request: "./a.ts", timeout: "0s" },
      { "a.ts": "export default 1" },
      /^WrongValue: A function may take more than nothing/,
    ],
    [
      "that may take too long",
      { request: "./a.ts", timeout: "31s" },
      { "a.ts": "export default 1" },
      /^WrongValue: A function may take more than nothing, and 30s at most/,
    ],
  ] as const)
    it(`say once of a file ${what}`, async (t) => {
      const found = await check(t, await folderOf(t, interceptors, files));
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", said);
    });

  it("are in no file to which a link leads out of the folder", async (t) => {
    const folder = await folderOf(t, { request: "./docs/a.ts" }, { "secret.ts": "export default 1;", "docs/pets.txt": "" });
    symlinkSync("../secret.ts", join(folder, "docs/a.ts"));
    assert.deepEqual(await check(t, folder), []);
    const found = await check(t, folder, "--interceptors", "docs");
    assert.match(found[0] ?? "", /`docs\/docs\/a\.ts`/);
    symlinkSync("../../secret.ts", join(folder, "docs/out.ts"));
    const other = await folderOf(t, { request: "./out.ts" }, { "docs/x.txt": "" });
    symlinkSync(join(folder, "secret.ts"), join(other, "out.ts"));
    assert.match((await check(t, other))[0] ?? "", /lies outside the folder/);
  });

  it("are given no bodies of streams", async (t) => {
    const folder = await folderOf(t, { request: "./a.ts", body: true }, { "a.ts": "export default 1;" }, { streaming: true });
    assert.match((await check(t, folder))[0] ?? "", /^BadInterceptor: The messages of a stream have no end/);
  });

  it("come from another folder, where that is said", async (t) => {
    const folder = await folderOf(t, { request: "./a.ts" }, { "own/a.ts": "export default 1;" });
    assert.deepEqual(await check(t, folder, "--interceptors", "own"), []);
  });
});

describe("portico init interceptor", () => {
  it("writes functions that pass their test, and that a document can name", async (t) => {
    const folder = await folderOf(t, { request: "./auth.ts#check", response: "./auth.ts#shape" }, {});
    const { exit, stdout } = await runPortico(t, ["init", "interceptor", "auth.ts"], folder);
    assert.deepEqual([exit, stdout.split("\n").filter(Boolean)], [0, ["auth.ts", "auth.test.ts", "portico.d.ts"]]);
    assert.deepEqual(await check(t, folder), []);
    await run(process.execPath, ["--test", join(folder, "auth.test.ts")]);
    const strict = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "esnext",
      "--allowImportingTsExtensions",
      "--skipLibCheck",
    ];
    const types = ["--types", "node", "--typeRoots", join(modules, "@types")];
    await run(process.execPath, [join(modules, "typescript/bin/tsc"), ...strict, ...types, join(folder, "auth.test.ts")]);
  });

  it("writes over nothing", async (t) => {
    const folder = await temporaryFolder(t);
    writeFileSync(join(folder, "auth.test.ts"), "mine");
    const { exit, stderr } = await runPortico(t, ["init", "interceptor", "auth.ts"], folder);
    assert.equal(exit, 1);
    assert.match(stderr, /^auth\.test\.ts: error BadInterceptor: The file is there already/);
    assert.equal(existsSync(join(folder, "auth.ts")), false);
  });
});
