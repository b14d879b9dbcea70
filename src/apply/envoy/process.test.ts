import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it, type TestContext } from "node:test";
import { must, testEnvoy, withEnvoy } from "../../../testing/envoy.ts";
import { freePort } from "../../../testing/free-port.ts";
import { minimalGateway } from "../../../testing/minimal-gateway.ts";
import { until } from "../../../testing/until.ts";
import { makeRunFolder, writeAtomically } from "../run-folder.ts";
import { lives } from "./lives.ts";
import { type StartOptions, startEnvoy } from "./process.ts";

async function folderWith(t: TestContext, files: ReadonlyMap<string, string>): Promise<string> {
  const folder = must(await makeRunFolder(process.env));
  t.after(folder.remove);
  for (const [path, text] of files) await writeAtomically(join(folder.path, path), text);
  return folder.path;
}

/** The Problem of a start that has to fail. */
async function refusal(t: TestContext, files: ReadonlyMap<string, string>, options: Partial<StartOptions> = {}) {
  const started = await startEnvoy(await testEnvoy(), {
    folder: await folderWith(t, files),
    concurrency: 1,
    accessLog: "ignore",
    ...options,
  });
  assert.ok(!started.ok, "Envoy started");
  return started.problems[0];
}

/** A gateway in which one file's text is changed. */
const spoilt = (port: number, path: string, from: string, to: string) => {
  const files = new Map(minimalGateway(port));
  files.set(path, (files.get(path) ?? "").replace(from, to));
  return files;
};

describe("Envoy is started, asked and stopped", { timeout: 60_000 }, () => {
  it("it serves as soon as the start is over, and its access log comes line by line", async (t) => {
    const port = await freePort();
    const envoy = await withEnvoy(t, minimalGateway(port, "good morning\n"));
    const answer = await fetch(`http://127.0.0.1:${port}/here`);
    assert.equal(await answer.text(), "good morning\n");
    const line = await until("the access log names the request", () => envoy.accessLog.find((entry) => entry.includes("GET /here")));
    assert.match(line, / 200 /);
  });

  it("the admin interface answers on its socket, and statistics come with their values", async (t) => {
    const port = await freePort();
    const { admin } = await withEnvoy(t, minimalGateway(port));
    assert.deepEqual(await admin.get("/ready"), { status: 200, body: "LIVE\n" });
    assert.equal((await admin.post("/logging?level=error"))?.status, 200);
    await fetch(`http://127.0.0.1:${port}/`);
    const stats = await admin.stats(/^http\.main\.downstream_rq_(total|2xx)$/);
    assert.equal(stats.get("http.main.downstream_rq_total"), 1);
    assert.deepEqual([...stats.keys()].sort(), ["http.main.downstream_rq_2xx", "http.main.downstream_rq_total"]);
  });

  it("a file that is replaced while it runs takes effect", async (t) => {
    const port = await freePort();
    const envoy = await withEnvoy(t, minimalGateway(port, "old"));
    const text = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
    assert.equal(await text(), "old");
    await envoy.write("image/routes.json", minimalGateway(port, "new").get("image/routes.json") ?? "");
    await until("the new routes answer", async () => (await text()) === "new");
  });

  it("stopping it leaves no process and a free port, and twice is once", async (t) => {
    const port = await freePort();
    const started = await startEnvoy(await testEnvoy(), { folder: await folderWith(t, minimalGateway(port)), accessLog: "ignore" });
    const envoy = must(started);
    assert.ok(lives(envoy.pid));
    await Promise.all([envoy.stop(), envoy.stop()]);
    assert.ok(!lives(envoy.pid));
    assert.deepEqual(await envoy.ended, { code: 0, signal: undefined });
    assert.equal(await envoy.admin.get("/ready"), undefined);
    await envoy.stop();
  });

  it("when Envoy is killed, its end says by what", async (t) => {
    const port = await freePort();
    const started = await startEnvoy(await testEnvoy(), {
      folder: await folderWith(t, minimalGateway(port)),
      concurrency: 1,
      accessLog: "ignore",
    });
    const envoy = must(started);
    process.kill(envoy.pid, "SIGKILL");
    assert.deepEqual(await envoy.ended, { code: undefined, signal: "SIGKILL" });
  });

  it("one that does not end on SIGTERM is killed", { timeout: 30_000 }, async (t) => {
    const port = await freePort();
    const started = await startEnvoy(await testEnvoy(), {
      folder: await folderWith(t, minimalGateway(port)),
      concurrency: 1,
      accessLog: "ignore",
    });
    const envoy = must(started);
    process.kill(envoy.pid, "SIGSTOP");
    await envoy.stop();
    assert.deepEqual(await envoy.ended, { code: undefined, signal: "SIGKILL" });
  });
});

describe("a start that fails says why", { timeout: 60_000 }, () => {
  it("a bootstrap that Envoy refuses", async (t) => {
    const problem = await refusal(t, spoilt(await freePort(), "mounted/bootstrap.json", '"admin"', '"administration"'));
    assert.equal(problem?.reason, "EnvoyFailed");
    assert.match(problem?.message ?? "", /Envoy ended with exit code 1: .*no such field: 'administration'/s);
  });

  it("a listener that Envoy refuses, though it starts without it", async (t) => {
    const problem = await refusal(t, spoilt(await freePort(), "mounted/listeners.json", '"stat_prefix":"main"', '"stat_prefix":""'));
    assert.equal(problem?.reason, "EnvoyFailed");
    assert.match(problem?.message ?? "", /^Envoy refused the configuration: .*StatPrefix: value length must be at least 1/);
    assert.doesNotMatch(problem?.message ?? "", /goo\.gle/);
  });

  it("routes that Envoy refuses", async (t) => {
    const problem = await refusal(t, spoilt(await freePort(), "image/routes.json", '"prefix":"/"', '"safe_regex":{"regex":"("}'));
    assert.equal(problem?.reason, "EnvoyFailed");
    assert.match(problem?.message ?? "", /missing \)/);
  });

  it("a port that is taken", async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const problem = await refusal(t, minimalGateway(address.port));
    assert.equal(problem?.reason, "PortTaken");
    assert.equal(problem?.where.source, `127.0.0.1:${address.port}`);
  });

  it("a binary that is no Envoy", async (t) => {
    const folder = await folderWith(t, minimalGateway(await freePort()));
    const started = await startEnvoy({ path: join(folder, "nothing-here"), version: "1.40.0" }, { folder, accessLog: "ignore" });
    assert.ok(!started.ok);
    assert.match(started.problems[0]?.message ?? "", /Envoy ended with exit code 127: .*nothing-here/);
  });
});

describe("Envoy ends with the process that started it", { timeout: 60_000 }, () => {
  for (const end of ["SIGKILL", "SIGTERM"] as const) {
    it(`even when that ends by ${end}`, async (t) => {
      const folder = await folderWith(t, minimalGateway(await freePort()));
      const program = `
        import { startEnvoy } from ${JSON.stringify(import.meta.resolve("./process.ts"))};
        const { value } = await startEnvoy(${JSON.stringify(await testEnvoy())}, { folder: ${JSON.stringify(folder)}, concurrency: 1, accessLog: "inherit" });
        console.log("envoy", value.pid);`;
      const parent = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
      t.after(() => parent.kill("SIGKILL"));
      const [line] = await once(createInterface({ input: parent.stdout }), "line");
      const pid = Number(String(line).replace("envoy ", ""));
      assert.ok(lives(pid), `no process ${pid}`);
      parent.kill(end);
      await until("Envoy is gone", () => !lives(pid));
    });
  }
});
