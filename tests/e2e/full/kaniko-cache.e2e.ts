import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { baseImages } from "../harness/base-images.ts";
import { portico, pushed, registryOptions } from "../harness/gateway.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { target, testImage } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

const document = (title: string): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title, version: "1" },
    servers: [{ url: "http://store.internal" }],
    paths: { [`/${title}`]: { get: { operationId: title, responses: {} } } },
  });

describe("Kaniko with a cache that several APIs share", { timeout: 900_000 }, () => {
  it("gives each API its own gateway, and the same one again from the cache", async (t) => {
    const namespace = await makeNamespace(t);
    const folder = await testFolder(t);
    const { gateway, toolkit } = await baseImages(namespace);
    const repository = `${target.registry}/e2e/${namespace.name}`;
    const kaniko = ["--builder", "kaniko", "--toolkit", pushed(toolkit), "--executor", testImage("kaniko"), "--namespace", namespace.name];
    const build = async (title: string, tag: string): Promise<readonly string[]> => {
      const file = join(folder, `${title}.json`);
      await writeFile(file, document(title));
      const to = `${repository}/${title}:${tag}`;
      const cached = ["--cache-repository", `${repository}/cache`, "--kaniko-argument=--verbosity=info"];
      await portico("image", "build", file, "--base", pushed(gateway), "--to", pushed(to), ...kaniko, ...cached, ...registryOptions);
      return [...(await portico("image", "inspect", pushed(to), "--json", ...registryOptions)).matchAll(/"id": ?"([^"]+)"/g)].map(
        ([, id = ""]) => id,
      );
    };
    assert.deepEqual(await build("pets", "1"), ["pets"]);
    assert.deepEqual(await build("orders", "1"), ["orders"]);
    assert.deepEqual(await build("pets", "2"), ["pets"]);
  });
});
