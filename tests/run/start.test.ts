import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { runPortico, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";

const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  components: { securitySchemes: { key: { type: "http", scheme: "basic" } } },
  paths: { "/pets": { get: { operationId: "list" }, post: { operationId: "create", security: [{ key: [] }] } } },
});

/** Runs the document with options that no gateway starts with: what it says. It leaves nothing behind. */
async function refused(t: TestContext, ...options: readonly string[]): Promise<string> {
  const [folder, runs] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeFile(join(folder, "pets.yaml"), document);
  const { exit, stdout, stderr } = await runPortico(t, ["run", "pets.yaml", "--mock", ...options], folder, { TMPDIR: runs });
  assert.deepEqual([exit, stdout, await readdir(runs)], [1, "", []], stderr);
  assert.doesNotMatch(stderr, /^envoy: /m);
  return stderr;
}

/** A port on which this process listens. */
async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

describe("what no gateway starts for is said, with exit code 1", { timeout: 60_000 }, () => {
  it("a port that is taken, and by which program", async (t) => {
    const port = await takenPort(t);
    const said = await refused(t, "--port", String(port));
    assert.match(
      said,
      new RegExp(`^127\\.0\\.0\\.1:${port}: error PortTaken: .+ \\(pid ${process.pid}\\) listens on 127\\.0\\.0\\.1:${port}\\.`, "m"),
    );
  });

  it("a monitoring port that is taken", async (t) => {
    const port = await takenPort(t);
    const said = await refused(t, "--port", "0", "--monitoring-port", String(port));
    assert.match(said, new RegExp(`PortTaken: .+ \\(pid ${process.pid}\\)`));
  });

  it("one port for both listeners", async (t) => {
    const port = String(await freePort());
    assert.match(await refused(t, "--port", port, "--monitoring-port", port), /error PortTaken: The gateway and its monitoring/);
  });

  it("an address that is not this machine's", async (t) => {
    assert.match(await refused(t, "--port", "0", "--host", "192.0.2.77"), /error PortRefused: .*192\.0\.2\.77/);
  });

  for (const host of ["0.0.0.0", "::", "192.0.2.77"]) {
    it(`unprotected operations on ${host}`, async (t) => {
      assert.match(await refused(t, "--port", "0", "--unprotected", "--host", host), new RegExp(`^${host}: error NotLoopback: `, "m"));
    });
  }

  it("an Envoy that is not there", async (t) => {
    assert.match(await refused(t, "--port", "0", "--envoy", "/nowhere/envoy"), /error EnvoyUnusable: .*\/nowhere\/envoy/);
  });
});

describe("where it listens", { timeout: 60_000 }, () => {
  it("on this machine alone, unless it is told another address", async (t) => {
    const gateway = await servePortico(t, { "pets.yaml": document }, "--mock");
    assert.ok(gateway.stderr.some((line) => line === `Serving Pets 1 at http://127.0.0.1:${gateway.port}`));
    const everywhere = await servePortico(t, { "pets.yaml": document }, "--mock", "--host", "0.0.0.0");
    assert.equal((await send(everywhere.port, { send: "GET /pets" })).status, 200);
  });

  it("on a free port for --port 0, and says which", async (t) => {
    const gateway = await servePortico(t, { "pets.yaml": document }, "--mock", "--port", "0");
    const line = await gateway.says(/^Serving /);
    const [, port = ""] = /^Serving Pets 1 at http:\/\/127\.0\.0\.1:(\d+)$/.exec(line) ?? [];
    assert.equal((await send(Number(port), { send: "GET /pets" })).status, 200);
  });

  it("unprotected operations are said at every start, and open; without --unprotected they are 401", async (t) => {
    const open = await servePortico(t, { "pets.yaml": document }, "--mock", "--unprotected");
    assert.ok(open.stderr.some((line) => line.startsWith("UNPROTECTED: ")));
    assert.equal((await send(open.port, { send: "POST /pets" })).status, 200);
    const closed = await servePortico(t, { "pets.yaml": document }, "--mock");
    assert.ok(!closed.stderr.some((line) => line.startsWith("UNPROTECTED")));
    assert.equal((await send(closed.port, { send: "POST /pets" })).status, 401);
  });
});
