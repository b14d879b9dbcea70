import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

const document = (interceptors: object): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    "x-portico": { interceptors },
    paths: { "/pets": { get: { responses: { 200: { content: { "text/plain": { example: "rex" } } } } } } },
  });
const functions = (word: string): string =>
  `export default () => new Response("${word} " + process.env.PORTICO_TEST_REGION + " " + process.env.PATH);`;

/** The processes that run functions of a folder, by their command lines. */
const processesOf = (folder: string): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return line.includes("function-process") && line.includes(folder);
      } catch {
        return false;
      }
    });

describe("`portico run` and functions of one's own", { timeout: 120_000 }, () => {
  it("follows their files, shows them what they are given of the environment, serves on what was sound, and leaves no process", async (t) => {
    process.env.PORTICO_TEST_REGION = "north";
    const files = { "pets.json": document({ request: "./look.ts" }), "look.ts": functions("one") };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--env", "PORTICO_TEST_REGION");
    const said = async (): Promise<string> => (await send(gateway.port, { send: "GET /pets" })).body;
    assert.equal(await said(), "one north undefined");
    await gateway.write("look.ts", functions("two"));
    await until("the other function answers", async () => (await said()) === "two north undefined");
    const lines = gateway.stderr.length;
    await gateway.write("look.ts", "export default (: {}");
    await gateway.says(/look\.ts:1:17: error BadInterceptor: The file does not compile/, lines);
    assert.equal(await said(), "two north undefined");
    await gateway.write("pets.json", document({}));
    await gateway.write("look.ts", functions("three"));
    await until("the document answers", async () => (await said()) === "rex");
    await until("no process is left", async () => processesOf(gateway.runs).length === 0);
  });
});
