import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { objectOf, pets, store } from "../harness/api.ts";
import { requestFrom, statusFrom } from "../harness/echo.ts";
import { portico } from "../harness/gateway.ts";
import { makeNamespace, restrictPods } from "../harness/namespace.ts";
import { testFolder } from "../harness/test-folder.ts";

const document = {
  ...pets,
  "x-portico": { ...pets["x-portico"], interceptors: { request: "./look.ts#look" } },
};

const functions = (version: string): string => `
import { readFileSync } from "node:fs";
import { word } from "./word.ts";

export function look(request: Request): Response | void {
  const { pathname } = new URL(request.url);
  if (pathname === "/pets") return new Response(null, { status: 418 });
  if (pathname === "/pets/secrets") readFileSync("/gateway/mounted/agent.json");
  request.headers.set("x-looked", word + "${version} in " + process.env.REGION);
}
`;

/** Functions that a document names are in the image that is made of it, run in its pods, and in those of the image alone; others are in another image. */
export async function shownToFunctions(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const folder = await testFolder(t);
  const add = async (verb: string, version: string): Promise<void> => {
    await writeFile(join(folder, "look.ts"), functions(version));
    const more = ["--builder", "layer", "--env", "REGION=north", "--namespace", namespace.name];
    await portico(verb, "api", "intercepted", "--from-file", join(folder, "pets.json"), ...more);
  };
  const status = (api: string, path: string): Promise<number> => statusFrom(namespace, "store-backend", `http://${api}-gateway${path}`, {});
  const looked = async (api: string): Promise<unknown> =>
    JSON.parse(await requestFrom(namespace, "store-backend", `http://${api}-gateway/pets/7`)).headers["x-looked"];
  await writeFile(join(folder, "pets.json"), JSON.stringify(document));
  await writeFile(join(folder, "word.ts"), 'export const word: string = "seen ";');
  await namespace.apply(store);
  await namespace.condition("te/store", "Ready", 120);
  await restrictPods(namespace);
  await add("add", "once");
  await until("the backend is there", async () => (await status("intercepted", "/pets/7")) === 200, 30_000);
  assert.equal(await looked("intercepted"), "seen once in north");
  assert.deepEqual([await status("intercepted", "/pets"), await status("intercepted", "/pets/secrets")], [418, 500]);

  const image = await namespace.field("api/intercepted", ".status.image");
  await add("update", "again");
  await until("the other function serves", async () => (await looked("intercepted")) === "seen again in north", 120_000);
  assert.notEqual(await namespace.field("api/intercepted", ".status.image"), image);

  await namespace.apply(objectOf("API", "alone", { image }));
  await namespace.condition("api/alone", "Ready", 120);
  await until("the backend is there", async () => (await status("alone", "/pets/7")) === 200, 30_000);
  assert.deepEqual([await looked("alone"), await status("alone", "/pets")], ["seen once in undefined", 418]);
}
