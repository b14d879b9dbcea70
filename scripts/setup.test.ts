import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { until } from "../testing/until.ts";

const installs =
  'mkdir -p node_modules/.bin; printf "#!/bin/sh\\n" > node_modules/.bin/node; chmod +x node_modules/.bin/node; cp package-lock.json node_modules/made-from';

/** A project with the set-up script, and an npm on PATH that notes its arguments and then does what these shell lines say. */
async function project(t: TestContext, npm = installs): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-setup-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "scripts"));
  await mkdir(join(folder, "programs"));
  for (const name of ["setup.mjs", "system-library.mjs"]) await copyFile(join(import.meta.dirname, name), join(folder, "scripts", name));
  await writeFile(join(folder, "package.json"), "{}");
  await writeFile(join(folder, "package-lock.json"), "first");
  await writeNpm(folder, npm);
  return folder;
}

async function writeNpm(folder: string, lines: string): Promise<void> {
  await writeFile(join(folder, "programs/npm"), `#!/bin/sh\nset -e\necho "$*" >> '${folder}/programs/calls'\n${lines}\n`);
  await chmod(join(folder, "programs/npm"), 0o755);
}

const environment = (folder: string): NodeJS.ProcessEnv => ({ PATH: [join(folder, "programs"), process.env.PATH].join(delimiter) });

function setUp(folder: string): Promise<{ readonly code: unknown; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(folder, "scripts/setup.mjs")], { cwd: tmpdir(), env: environment(folder) }, (failure, _, stderr) => {
      resolve({ code: failure?.code ?? 0, stderr });
    });
  });
}

const calls = async (folder: string): Promise<number> => (await readFile(join(folder, "programs/calls"), "utf8")).split("\n").length - 1;

/** That packages were made from this lock file, and that nothing else was left in the project. */
async function assertMadeFrom(folder: string, lock: string): Promise<void> {
  assert.equal(await readFile(join(folder, "node_modules/made-from"), "utf8"), lock);
  assert.deepEqual((await readdir(folder)).sort(), ["node_modules", "package-lock.json", "package.json", "programs", "scripts"]);
}

describe("the set-up makes node_modules what the lock file says", { timeout: 60_000 }, () => {
  it("once, with one line, and again only when the lock file changes", async (t) => {
    const folder = await project(t);
    assert.deepEqual(await setUp(folder), {
      code: 0,
      stderr: "Installing packages with npm; this happens once for each package-lock.json.\n",
    });
    await assertMadeFrom(folder, "first");
    assert.equal(await readFile(join(folder, "programs/calls"), "utf8"), "ci --prefer-offline --no-audit --no-fund\n");
    assert.deepEqual(await setUp(folder), { code: 0, stderr: "" });
    assert.equal(await calls(folder), 1);
    await writeFile(join(folder, "package-lock.json"), "second");
    assert.equal((await setUp(folder)).code, 0);
    await assertMadeFrom(folder, "second");
  });

  it("two at the same time do not disturb each other", async (t) => {
    const folder = await project(t);
    await writeNpm(folder, `${installs}\nuntil [ "$(wc -l < '${folder}/programs/calls')" -ge 2 ]; do sleep 0.01; done`);
    const results = await Promise.all([setUp(folder), setUp(folder)]);
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    );
    await assertMadeFrom(folder, "first");
  });

  it("one that was killed is made good by the next", async (t) => {
    const folder = await project(t, `echo $$ > '${"$"}{0%/*}/pid'; exec sleep 60`.replaceAll("'", '"'));
    const child = spawn(process.execPath, [join(folder, "scripts/setup.mjs")], { env: environment(folder), stdio: "ignore" });
    const npm = await until(
      "npm has begun",
      async () => Number(await readFile(join(folder, "programs/pid"), "utf8").catch(() => "0")) || undefined,
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    process.kill(npm, "SIGKILL");
    await rm(join(folder, "programs/pid"));
    await writeNpm(folder, installs);
    assert.equal((await setUp(folder)).code, 0);
    await assertMadeFrom(folder, "first");
  });

  it("when npm fails, its words are shown and the old packages stay", async (t) => {
    const folder = await project(t);
    await setUp(folder);
    await writeFile(join(folder, "package-lock.json"), "second");
    await writeNpm(folder, "echo 'npm error network' >&2; exit 1");
    const { code, stderr } = await setUp(folder);
    assert.equal(code, 1);
    assert.match(stderr, /npm ci failed:\nnpm error network/);
    await assertMadeFrom(folder, "first");
  });

  it("packages without their Node are refused", async (t) => {
    const { code, stderr } = await setUp(await project(t, "mkdir -p node_modules/.bin"));
    assert.equal(code, 1);
    assert.match(stderr, /without Node 26/);
  });
});
