import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { formsOf } from "../../testing/canary.ts";
import { freePort } from "../../testing/free-port.ts";
import { replaceFile, runPortico, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";
import { keySecurity } from "../security/protected-gateway.ts";

const add = (path: string, value: unknown): object => ({ op: "add", path, value });
const header = (name: string): object => ({ header: { key: name, value: "patched" }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" });

const document = (url: string, ...envoyPatches: readonly object[]): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Patched", version: "1" },
    "x-portico": { backend: { url }, envoyPatches },
    paths: { "/pets": { get: { operationId: "listPets" } }, "/orders": { get: { operationId: "listOrders" } } },
  });

const http = "/filter_chains/0/filters/0/typed_config";

describe("a patch of the gateway's configuration", { timeout: 60_000 }, () => {
  it("is of the listener, of all routes or one operation's, and of a backend's cluster", async (t) => {
    const backend = await startBackend(t);
    const text = document(
      backend.url,
      {
        of: "listener",
        operations: [
          { op: "replace", path: `${http}/server_header_transformation`, value: "OVERWRITE" },
          add(`${http}/server_name`, "ours"),
        ],
      },
      { of: "routes", operations: [add("/response_headers_to_add/-", header("x-all"))] },
      { of: "routes", operation: "listPets", operations: [add("/response_headers_to_add", [header("x-pets")])] },
      { of: "clusters", backend: "@document", operations: [add("/metadata/filter_metadata/portico/path", "/patched")] },
    );
    const gateway = await servePortico(t, { "patched.json": text });
    const [pets, orders] = [await send(gateway.port, { send: "GET /pets" }), await send(gateway.port, { send: "GET /orders" })];
    assert.deepEqual([pets.headers.server, pets.headers["x-all"], pets.headers["x-pets"]], ["ours", "patched", "patched"]);
    assert.deepEqual([orders.headers.server, orders.headers["x-all"], orders.headers["x-pets"]], ["ours", "patched", undefined]);
    assert.equal(JSON.parse(orders.body).path, "/patched/orders");
  });

  it("that finds nothing to change is said where it stands: of routes as an error, of what differs by environment as one where that serves", async (t) => {
    const folder = await temporaryFolder(t);
    const listener = {
      of: "listener",
      operations: [add("/filter_chains/0/transport_socket/typed_config/require_client_certificate", true)],
    };
    const route = { of: "routes", operation: "listPets", operations: [{ op: "remove", path: "/nothing" }] };
    const at = /^patched\.json:\d+:\d+: (error|warning) WrongValue: This patch cannot be made/gm;
    const tried = async (patches: readonly object[], ...command: readonly string[]) => {
      await replaceFile(join(folder, "patched.json"), document("http://backend.test", ...patches));
      const [name = "", ...more] = command;
      const { exit, stdout, stderr } = await runPortico(t, [name, "patched.json", ...more], folder);
      return [exit, ...[...(stdout + stderr).matchAll(at)].map(([, severity]) => severity)];
    };
    assert.deepEqual(await tried([listener, route], "check"), [1, "warning", "error"]);
    assert.deepEqual(await tried([listener], "check"), [0, "warning"]);
    assert.deepEqual(await tried([listener], "build", "--out", "made"), [0, "warning"]);
    const ports = ["--port", String(await freePort()), "--monitoring-port", String(await freePort())];
    assert.deepEqual(await tried([listener], "run", ...ports), [1, "warning", "error"]);
  });

  it("of an operation is made in those of its routes that it can be made in, and says nothing of files in the image", async (t) => {
    const folder = await temporaryFolder(t);
    const patch = { of: "routes", operation: "listPets", operations: [add("/route/max_stream_duration", { max_stream_duration: "20s" })] };
    const text = JSON.parse(document("http://backend.test", patch));
    await replaceFile(join(folder, "patched.json"), JSON.stringify({ ...text, "x-portico": { ...text["x-portico"], maxBody: "1Ki" } }));
    const { exit, stderr } = await runPortico(t, ["build", "patched.json", "--out", "made"], folder);
    assert.equal(exit, 0, stderr);
    const made = (file: string): Promise<string> => readFile(join(folder, "made", file), "utf8");
    assert.match(await made("image/routes.json"), /max_stream_duration":"20s/);
    assert.doesNotMatch(await made("image/manifest.json"), /patched\.json/);
    assert.match(await made("image/manifest.json"), /max_stream_duration/);
  });

  it("that Envoy does not take lets it quote no credential", async (t) => {
    const folder = await temporaryFolder(t);
    const text = JSON.parse(
      document("http://backend.test", { of: "listener", operations: [add(`${http}/max_request_headers_kb`, "abc")] }),
    );
    const schemes = { key: { type: "apiKey", in: "header", name: "x-api-key" } };
    await replaceFile(
      join(folder, "patched.json"),
      JSON.stringify({ ...text, security: [{ key: [] }], components: { securitySchemes: schemes } }),
    );
    await replaceFile(
      join(folder, "keys.yaml"),
      keySecurity("key", { alice: "canary-key-of-alice" })
        .map((one) => JSON.stringify(one))
        .join("\n---\n"),
    );
    const ports = ["--port", String(await freePort()), "--monitoring-port", String(await freePort())];
    const { exit, stdout, stderr } = await runPortico(t, ["run", "patched.json", "--resources", "keys.yaml", ...ports], folder);
    assert.equal(exit, 1);
    assert.match(stderr, /EnvoyFailed.*max_request_headers_kb|EnvoyFailed.*abc/s);
    assert.deepEqual(formsOf("canary-key-of-alice", Buffer.from(stdout + stderr)), []);
    assert.ok(stderr.length < 3000, stderr);
  });

  it("that Envoy does not take is said with what it says of it, and what was there before serves on", async (t) => {
    const backend = await startBackend(t);
    const misspelt = { of: "listener", operations: [add(`${http}/server_nam`, "ours")] };
    const folder = await temporaryFolder(t);
    await replaceFile(join(folder, "patched.json"), document(backend.url, misspelt));
    const begun = await runPortico(
      t,
      ["run", "patched.json", "--port", String(await freePort()), "--monitoring-port", String(await freePort())],
      folder,
    );
    assert.equal(begun.exit, 1);
    assert.match(begun.stderr, /error EnvoyFailed: .*server_nam/);
    const gateway = await servePortico(t, { "patched.json": document(backend.url) }, "--watch");
    await gateway.write("patched.json", document(backend.url, misspelt));
    await gateway.says(/server_nam/);
    assert.equal((await send(gateway.port, { send: "GET /pets" })).status, 200);
    const right = {
      of: "listener",
      operations: [add(`${http}/server_name`, "ours"), add(`${http}/server_header_transformation`, "OVERWRITE")],
    };
    await gateway.write("patched.json", document(backend.url, right));
    await until("the listener is another one", async () => (await send(gateway.port, { send: "GET /pets" })).headers.server === "ours");
  });
});
