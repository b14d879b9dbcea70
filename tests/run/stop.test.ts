import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { lives } from "../../src/apply/envoy/lives.ts";
import { type Served, servePortico, startPortico } from "../../testing/portico.ts";
import { startRawBackend } from "../../testing/raw-backend.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  paths: { "/pets": { get: { operationId: "list" } } },
});

const files = { "pets.yaml": document };

/** The process that runs in a gateway's run folder and is called `envoy`, as /proc tells. */
async function envoyOf({ runs }: Served): Promise<number> {
  const [run] = await readdir(runs);
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [name, environment] = await Promise.all(
      ["comm", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
    );
    if (run !== undefined && name?.trim() === "envoy" && environment?.includes(`TMPDIR=${runs}\0`)) return Number(pid);
  }
  return assert.fail("no Envoy runs");
}

/** Whether somebody listens on a port. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

describe("a gateway is ended", { concurrency: 2, timeout: 120_000 }, () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`${signal} ends it within five seconds, with exit code 0, and leaves no Envoy, no folder, no listener and no word`, async (t) => {
      const gateway = await servePortico(t, files, "--mock");
      const envoy = await envoyOf(gateway);
      assert.equal((await send(gateway.port, { send: "GET /pets" })).status, 200);
      const [said, began] = [gateway.stderr.length, performance.now()];
      gateway.signal(signal);
      assert.equal(await gateway.ended, 0);
      assert.ok(performance.now() - began < 5000);
      assert.deepEqual(gateway.stderr.slice(said), []);
      assert.ok(!lives(envoy));
      assert.deepEqual(await readdir(gateway.runs), []);
      assert.ok(!(await listens(gateway.port)) && !(await listens(gateway.monitoringPort)));
    });
  }

  it("SIGKILL ends it, its Envoy ends by itself, and the next run removes the folder that was left", async (t) => {
    const gateway = await servePortico(t, files, "--mock");
    const envoy = await envoyOf(gateway);
    gateway.signal("SIGKILL");
    assert.equal(await gateway.ended, "SIGKILL");
    await until("Envoy is gone", () => !lives(envoy));
    const [left = assert.fail("nothing was left")] = await readdir(gateway.runs);
    const ports = ["--port", String(gateway.port), "--monitoring-port", String(gateway.monitoringPort)];
    const next = startPortico(t, ["run", "pets.yaml", "--mock", ...ports], gateway.folder, { TMPDIR: gateway.runs });
    await next.says(/^Ctrl-C ends it/);
    const runs = await readdir(gateway.runs);
    assert.equal(runs.length, 1);
    assert.ok(!runs.includes(left));
    next.signal("SIGTERM");
    assert.equal(await next.ended, 0);
  });

  it("when its Envoy is killed it ends with exit code 1 and says so, and leaves nothing", async (t) => {
    const gateway = await servePortico(t, files, "--mock");
    process.kill(await envoyOf(gateway), "SIGKILL");
    assert.equal(await gateway.ended, 1);
    assert.match(gateway.stderr.join("\n"), /error EnvoyFailed: Envoy ended by itself\./);
    assert.deepEqual(await readdir(gateway.runs), []);
  });

  it("SIGTERM ends it while a change is taken, without a word about that", async (t) => {
    const gateway = await servePortico(t, files, "--mock", "--watch");
    const said = gateway.stderr.length;
    await gateway.write("pets.yaml", document.replaceAll("/pets", "/cats"));
    gateway.signal("SIGTERM");
    assert.equal(await gateway.ended, 0);
    assert.deepEqual(
      gateway.stderr.slice(said).filter((line) => !line.startsWith("Changed: ")),
      [],
    );
    assert.deepEqual(await readdir(gateway.runs), []);
  });

  it("a request that is under way when it is ended does not keep it", async (t) => {
    let arrived = false;
    const backend = await startRawBackend(t, () => {
      arrived = true;
    });
    const gateway = await servePortico(t, {
      "slow.yaml": document.replace('"paths"', `"servers":[{"url":"http://127.0.0.1:${backend}"}],"paths"`),
    });
    const broken = assert.rejects(send(gateway.port, { send: "GET /pets" }), /socket hang up|ECONNRESET/);
    await until("the backend has the request", () => arrived);
    gateway.signal("SIGTERM");
    assert.equal(await gateway.ended, 0);
    await broken;
  });
});
