import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { replaceFile, type Served, servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

const pets = (path: string): string => `openapi: 3.1.0
info: { title: Pets, version: "1" }
paths:
  ${path}: { get: { operationId: it } }
`;

const status = async ({ port }: Served, path: string): Promise<number> => (await send(port, { send: `GET ${path}` })).status;

/** Waits until a path is answered with 200. */
const serves = (gateway: Served, path: string): Promise<true> =>
  until(`${path} is served`, async () => (await status(gateway, path)) === 200);

/** Does something to the files, and waits for what is said of it. */
async function after(gateway: Served, change: () => Promise<void>, pattern: RegExp): Promise<string> {
  const before = gateway.stderr.length;
  await change();
  return gateway.says(pattern, before);
}

const notTaken = /^The change was not taken: the state before serves on\.$/;

const watched = (t: TestContext, files: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<Served> =>
  servePortico(t, files, "--mock", "--watch", ...options);

describe("`run --watch` keeps the last good state", { concurrency: 2, timeout: 120_000 }, () => {
  it("a wrong edit is said with its line and column, and the state before serves on; mending it is taken", async (t) => {
    const gateway = await watched(t, { "pets.yaml": pets("/pets") });
    const before = gateway.stderr.length;
    await after(gateway, () => gateway.write("pets.yaml", pets("/pets").replace("{ operationId: it }", "{ operationId: 7 }")), notTaken);
    assert.match(
      gateway.stderr.slice(before).join("\n"),
      /^pets\.yaml:4:19: error WrongType: .*\n {2}at \/paths\/~1pets\/get\/operationId,/m,
    );
    assert.equal(await status(gateway, "/pets"), 200);
    await after(gateway, () => gateway.write("pets.yaml", pets("/cats")), /^Changed: 1 operations, in effect after \d+ ms\.$/);
    await serves(gateway, "/cats");
    assert.equal(await status(gateway, "/pets"), 404);
  });

  it("text that is no YAML is said where it ends to be YAML", async (t) => {
    const gateway = await watched(t, { "pets.yaml": pets("/pets") });
    const before = gateway.stderr.length;
    await after(gateway, () => gateway.write("pets.yaml", `${pets("/pets")}  : [`), notTaken);
    assert.match(gateway.stderr.slice(before).join("\n"), /^pets\.yaml:5:\d+: error NotYaml: /m);
    assert.equal(await status(gateway, "/pets"), 200);
  });

  it("a file that becomes a pipe is said; later changes are taken, and the program ends when it is told to", async (t) => {
    const gateway = await watched(t, {
      "pets.yaml": pets("/pets").replace("{ get: { operationId: it } }", "{ $ref: item.yaml }"),
      "item.yaml": "get: {}\n",
    });
    const item = join(gateway.folder, "item.yaml");
    execFileSync("mkfifo", [`${item}.new`]);
    await after(gateway, () => rename(`${item}.new`, item), notTaken);
    assert.equal(await status(gateway, "/pets"), 200);
    await rm(item);
    await after(gateway, () => gateway.write("item.yaml", "get: {}\npost: {}\n"), /^Changed: 2 operations, in effect after \d+ ms\.$/);
    gateway.signal("SIGTERM");
    assert.equal(await gateway.ended, 0);
  });

  it("a document that is removed is said, and the state before serves on; one that comes back is taken", async (t) => {
    const gateway = await watched(t, { "pets.yaml": pets("/pets") });
    const before = gateway.stderr.length;
    await after(gateway, () => rm(join(gateway.folder, "pets.yaml")), notTaken);
    assert.match(gateway.stderr.slice(before).join("\n"), /^pets\.yaml: error FileUnreadable: There is no such file/m);
    assert.equal(await status(gateway, "/pets"), 200);
    await gateway.write("pets.yaml", pets("/cats"));
    await serves(gateway, "/cats");
  });

  it("a file that is written in place, in several steps, is taken when it is whole", async (t) => {
    const gateway = await watched(t, { "pets.yaml": pets("/pets") });
    const text = pets("/dogs");
    for (const end of [20, 60, text.length]) await writeFile(join(gateway.folder, "pets.yaml"), text.slice(0, end));
    await serves(gateway, "/dogs");
    assert.equal(await status(gateway, "/pets"), 404);
  });

  it("a change that changes nothing that is served is taken without a word", async (t) => {
    const gateway = await watched(t, { "pets.yaml": pets("/pets") });
    const before = gateway.stderr.length;
    await gateway.write("pets.yaml", `# a remark\n${pets("/pets")}`);
    await after(gateway, () => gateway.write("pets.yaml", pets("/cats")), /^Changed: /);
    assert.deepEqual(
      gateway.stderr.slice(before).map((line) => line.replace(/\d+ ms/, "N ms")),
      ["Changed: 1 operations, in effect after N ms."],
    );
  });
});

describe("`run --watch` follows all that the documents refer to", { concurrency: 2, timeout: 120_000 }, () => {
  const referring = `openapi: 3.1.0
info: { title: Pets, version: "1" }
paths:
  /pets: { $ref: "parts/pets.yaml" }
`;
  const part = (method: string): string => `${method}: { operationId: it }\n`;

  it("a file in a folder that does not exist yet, and a folder that is removed and made again", async (t) => {
    const gateway = await watched(t, { "all.yaml": pets("/pets") });
    const before = gateway.stderr.length;
    await after(gateway, () => gateway.write("all.yaml", referring), notTaken);
    assert.match(gateway.stderr.slice(before).join("\n"), /^all\.yaml:4:3: error FileUnreadable: .*parts\/pets\.yaml/m);
    const parts = join(gateway.folder, "parts");
    await mkdir(parts);
    await replaceFile(join(parts, "pets.yaml"), part("post"));
    await until("POST is served", async () => (await send(gateway.port, { send: "POST /pets" })).status === 200);
    await after(gateway, () => rm(parts, { recursive: true }), notTaken);
    await mkdir(join(gateway.folder, "draft"));
    await writeFile(join(gateway.folder, "draft", "pets.yaml"), part("put"));
    await rename(join(gateway.folder, "draft"), parts);
    await until("PUT is served", async () => (await send(gateway.port, { send: "PUT /pets" })).status === 200);
    await replaceFile(join(parts, "pets.yaml"), part("delete"));
    await until("DELETE is served", async () => (await send(gateway.port, { send: "DELETE /pets" })).status === 200);
    assert.deepEqual(await readdir(parts), ["pets.yaml"]);
  });

  it("a TargetEndpoint in a folder of resources: changed, wrong, removed, and added", async (t) => {
    const [first, second] = [await startBackend(t), await startBackend(t)];
    const endpoint = (url: string): string =>
      `apiVersion: portico.dev/v1alpha1\nkind: TargetEndpoint\nmetadata: { name: store }\nspec: { url: "${url}" }\n`;
    const document = pets("/pets").replace("operationId: it", "operationId: it, x-portico: { backend: store }");
    const gateway = await servePortico(
      t,
      { "pets.yaml": document, "resources/store.yaml": endpoint(first.url) },
      "--watch",
      "--resources",
      "resources",
    );
    await serves(gateway, "/pets");
    assert.deepEqual([first.received.length > 0, second.received.length], [true, 0]);
    await after(gateway, () => gateway.write("resources/store.yaml", endpoint(second.url)), /^Changed: /);
    const [before] = [first.received.length, await serves(gateway, "/pets")];
    assert.deepEqual([first.received.length, second.received.length > 0], [before, true]);
    await after(gateway, () => gateway.write("resources/store.yaml", endpoint("ftp://store")), notTaken);
    await after(gateway, () => rm(join(gateway.folder, "resources/store.yaml")), notTaken);
    assert.match(gateway.stderr.join("\n"), /error UnknownBackend: /);
    await serves(gateway, "/pets");
    await after(gateway, () => gateway.write("resources/store-again.yaml", endpoint(first.url)), /^Changed: /);
    await serves(gateway, "/pets");
    assert.ok(first.received.length > before);
  });
});
