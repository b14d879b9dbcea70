import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { run } from "../cluster/command.ts";
import { pets, store } from "../harness/api.ts";
import { backendRolledOut, requestFrom } from "../harness/echo.ts";
import { makeNamespace } from "../harness/namespace.ts";
import { withPlugins } from "../harness/plugins.ts";
import { target } from "../harness/target.ts";
import { testFolder } from "../harness/test-folder.ts";

/** The plugin as Krew installs it (`kubectl portico add`), with a document that has no room in one ConfigMap, however it is compressed. */
export async function askedByKubectl(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const folder = await testFolder(t);
  const env = await withPlugins(folder);
  const file = join(folder, "large.json");
  const ask = (verb: "add" | "update", ...options: readonly string[]): Promise<string> =>
    run(
      [
        ...target.kubectl,
        ...["portico", verb, "api", "large", `--from-file=${file}`, "--namespace", namespace.name, "--builder=layer"],
        ...options,
      ],
      { env },
    );
  const write = (description: string): Promise<void> => writeFile(file, JSON.stringify({ ...pets, info: { ...pets.info, description } }));
  const names = (): Promise<string> => namespace.kubectl("get", "apis,configmaps", "--output=name");
  await namespace.apply(store);
  await backendRolledOut(namespace);

  await write(randomBytes(2_000_000).toString("base64"));
  const before = await names();
  assert.match(await ask("add", "--dry-run=server", "--output=yaml"), /kind: API\n/);
  assert.equal(await names(), before, "the cluster looked at it, and kept nothing");

  assert.equal(await ask("add"), `http://large-gateway.${namespace.name}.svc\n`);
  const parts: readonly unknown[] = JSON.parse(await namespace.field("api/large", ".spec.definition[0].parts"));
  assert.ok(parts.length >= 2, String(parts.length));
  const path = async (): Promise<string> => JSON.parse(await requestFrom(namespace, "store-backend", "http://large-gateway/pets/7")).path;
  assert.equal(await path(), "/pets/7");

  const image = (): Promise<string> => namespace.field("api/large", ".status.image");
  const gone = async (): Promise<void> => {
    await namespace.kubectl("delete", "api", "large");
    await until("its documents are gone", async () => !(await names()).includes("large"), 60_000);
  };
  const first = await image();
  await gone();
  await write("Another one of the same version.");
  await assert.rejects(ask("add"), /TagConflict/);
  await ask("update", "--override");
  const second = await image();
  await gone();
  await write("A third.");
  await ask("add", "--override");
  assert.equal(new Set([first, second, await image()]).size, 3);
  assert.equal(await path(), "/pets/7");
}
