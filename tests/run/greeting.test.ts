import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readAccessLine } from "../../testing/access-line.ts";
import { type Served, servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

/** Pastes the curl line that a gateway printed into a shell: the status, and the operation that answered. */
async function paste({ stderr }: Served): Promise<readonly [status: string | undefined, operation: string | undefined]> {
  const line = stderr[stderr.indexOf("Try it:") + 1] ?? "";
  assert.match(line, /^ {2}curl /);
  const { stdout } = await promisify(execFile)("sh", ["-c", line]);
  return [/^HTTP\/[\d.]+ (\d+)/.exec(stdout)?.[1], /^portico-operation: (.*?)\r$/m.exec(stdout)?.[1]];
}

const noCurl = spawnSync("curl", ["--version"]).error && "there is no curl to paste the line for";

const petstore = () => readFile(fileURLToPath(new URL("../../deploy/samples/petstore.yaml", import.meta.url)), "utf8");

/** A document with one path, and what else it says. */
const oneOperation = (path: string, more: object = {}): string =>
  JSON.stringify({ openapi: "3.1.0", info: { title: "One", version: "1" }, ...more, paths: { [path]: { get: { operationId: "it" } } } });

describe("what `portico run` prints", { concurrency: 2, timeout: 60_000 }, () => {
  it("the table of operations, the address, where health and metrics are, and how to end it", async (t) => {
    const { stderr, port, monitoringPort } = await servePortico(t, { "petstore.yaml": await petstore() }, "--mock", "--unprotected");
    const [head = "", ...rows] = stderr.slice(0, stderr.indexOf(""));
    assert.deepEqual(head.split(/ +/), ["METHOD", "PATH", "OPERATION", "ANSWER", "ACCESS"]);
    assert.ok(
      rows.some((row) => /^GET +\/v1\/pets +listPets +mock +open$/.test(row)),
      rows.join("\n"),
    );
    assert.deepEqual(stderr.slice(stderr.indexOf("") + 1), [
      `Serving Petstore 1.0.0 at http://127.0.0.1:${port}/v1`,
      `Metrics and health at http://127.0.0.1:${monitoringPort}/metrics, /livez, /readyz`,
      "UNPROTECTED: operations that need a credential are open to everybody on this machine.",
      "Try it:",
      `  curl -i 'http://127.0.0.1:${port}/v1/pets'`,
      "Ctrl-C ends it.",
    ]);
  });

  it("a curl line that works when it is pasted", { skip: noCurl }, async (t) => {
    assert.deepEqual(await paste(await servePortico(t, { "petstore.yaml": await petstore() }, "--mock")), ["200", "listPets"]);
  });

  for (const [what, path, more] of [
    ["parameters, and text beside them", "/pets/{id}.json", {}],
    ["quotes and blanks in the path", "/it's $HOME/a b", {}],
    ["brackets, which curl reads itself", "/pets[1]/{id}", {}],
    ["a query in the path's key", "/pets?kind=big dog&all", {}],
    ["letters beyond ASCII", "/größe", {}],
    ["a host name", "/pets", { "x-portico": { hosts: ["shop.test"] } }],
    ["a wildcard for host names", "/pets", { "x-portico": { hosts: ["*.shop.test"] } }],
    ["a base path", "/pets", { servers: [{ url: "https://shop.test/api/v2" }] }],
  ] as const) {
    it(`a curl line that works for ${what}`, { skip: noCurl }, async (t) => {
      assert.deepEqual(await paste(await servePortico(t, { "one.yaml": oneOperation(path, more) }, "--mock")), ["200", "it"]);
    });
  }

  it("on stdout nothing but the access log: a JSON line for each request", async (t) => {
    const gateway = await servePortico(t, { "petstore.yaml": await petstore() }, "--mock", "--watch");
    for (const path of ["/v1/pets", "/nothing", "/a%2fb", "/v1/pets"]) await send(gateway.port, { send: `GET ${path}` });
    await gateway.write("petstore.yaml", (await petstore()).replace("/pets:", "/cats:"));
    await gateway.says(/^Changed: /);
    await gateway.write("petstore.yaml", "not: openapi");
    await gateway.says(/^The change was not taken/);
    await until("four lines", () => gateway.stdout.length === 4);
    gateway.signal("SIGTERM");
    assert.equal(await gateway.ended, 0);
    assert.deepEqual(
      gateway.stdout.map(readAccessLine).map(({ status }) => status),
      [200, 404, 400, 200],
    );
  });
});
