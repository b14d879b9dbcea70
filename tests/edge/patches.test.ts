import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { freePort } from "../../testing/free-port.ts";
import { replaceFile, runPortico, servePortico, temporaryFolder } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

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

  it("that finds nothing to change is said where it stands, before anything is made", async (t) => {
    const folder = await temporaryFolder(t);
    const wrong = [
      { of: "routes", operation: "listPets", operations: [{ op: "remove", path: "/nothing" }] },
      { of: "clusters", operations: [add("/nothing/here", 1)] },
      { of: "listener", operations: [{ op: "replace", path: "", value: 7 }] },
    ];
    await replaceFile(join(folder, "patched.json"), document("http://backend.test", ...wrong));
    for (const command of [["check"], ["build", "--out", "made"]]) {
      const [name = "", ...more] = command;
      const { exit, stdout, stderr } = await runPortico(t, [name, "patched.json", ...more], folder);
      assert.equal(exit, 1);
      assert.equal(
        (stdout + stderr).match(/^patched\.json:\d+:\d+: error WrongValue: This patch cannot be made/gm)?.length,
        3,
        stdout + stderr,
      );
    }
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
