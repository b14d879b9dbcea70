import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { runsFunctions } from "./functions.ts";
import type { FunctionTask } from "./tasks.ts";

const program = fileURLToPath(new URL("../../cli/function-process.ts", import.meta.url));

const source = `
let calls = 0;
export const count = (request: Request) => request.headers.set("x-calls", String(++calls));
export const hang = () => { for (;;); };
export const wait = () => new Promise((resolve) => setTimeout(resolve, 150));
`;

async function running(t: TestContext) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "pt-")));
  await writeFile(join(folder, "a.ts"), source);
  const functions = runsFunctions(program, { folder: `${folder}/`, mayConnect: false, env: {} });
  t.after(async () => {
    functions.close();
    await rm(folder, { recursive: true });
  });
  const call = (name: string, timeoutMs = 5_000, isWanted = (): boolean => true) => {
    const file = join(folder, "a.ts");
    const asked: FunctionTask = {
      of: "request",
      file,
      name,
      url: "http://pets.test/",
      method: "GET",
      status: 0,
      lines: [],
      body: undefined,
      context: {},
    };
    return functions.call({ task: asked, timeoutMs, client: "", operation: name, isWanted });
  };
  return { call, functions };
}

describe("the processes that run functions", { timeout: 60_000 }, () => {
  it("are there in time, however soon a function's time is over, when one was lost", async (t) => {
    const { call } = await running(t);
    for (let round = 0; round < 3; round++) {
      assert.equal(await call("hang", 50), "late");
      const found = await call("count", 50);
      assert.equal(typeof found === "string" ? found : found.kind, "goes-on");
    }
  });

  it("call nothing for which nobody waits any more, and nothing whose time is over before its turn", async (t) => {
    const { call } = await running(t);
    assert.equal(await call("count", 5_000, () => false), "unbegun");
    const busy = Array.from({ length: 8 }, () => call("wait"));
    assert.equal(await call("count", 20), "unbegun");
    for (const found of await Promise.all(busy)) assert.equal(typeof found === "string" ? found : found.kind, "goes-on");
  });

  it("let no more wait than so many of one operation", async (t) => {
    const { call, functions } = await running(t);
    const all = Array.from({ length: 300 }, () => call("wait", 60_000));
    const first = await Promise.race(all.slice(250));
    assert.equal(first, "unbegun");
    functions.close();
  });
});
