import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { showPlace } from "../../problem.ts";
import { readCode } from "./read-code.ts";

const read = (text: string, path = "auth.ts") => {
  const found = readCode(`functions/${path}`, path, text);
  return found.ok
    ? { exports: found.value.file.exports && [...found.value.file.exports], imports: found.value.imports }
    : found.problems.map(({ reason, where, message }) => `${showPlace(where)} ${reason}: ${message}`);
};

describe("a file of functions", () => {
  it("says what it exports, and what it takes in", async () => {
    const text = `
      import { type Name, names } from "./lib/names.ts";
      import type { Context } from "./types.d.ts";
      import data from "./data.json" with { type: "json" };
      import { createHash } from "node:crypto";
      export function check(request: Request, context: Context): void {}
      export const shape = (response: Response): Response => response;
      const own = 1;
      export { own as other };
      export default class Any {}
    `;
    assert.deepEqual(read(text), { exports: ["check", "shape", "other", "default"], imports: ["lib/names.ts", "data.json"] });
    assert.deepEqual(read('export * from "./a.js";', "lib/b.mjs"), { exports: undefined, imports: ["lib/a.js"] });
    assert.deepEqual(read("{}", "data.json"), { exports: ["default"], imports: [] });
  });

  for (const [what, text, said] of [
    [
      "does not compile",
      "\nexport const a: number = ;\n",
      /^functions\/auth\.ts:2:26 BadInterceptor: The file does not compile: Expression expected\. Mend it\.$/,
    ],
    ["is more than types", "enum A { B }", /^functions\/auth\.ts:1:1 .*enum is not supported/],
    ["takes in a package", '\n import "left-pad";', /^functions\/auth\.ts:2:2 .*`left-pad` is a package.*npx esbuild auth\.ts --bundle/],
    ["leads out of the folder", 'import "../other.ts";', /^functions\/auth\.ts:1:1 .*`\.\.\/other\.ts` is no file of the folder/],
    ["leaves out an ending", 'import "./other";', /`\.\/other` is no file of the folder that the functions are in, with its whole name/],
    ["takes in what only runs tell", "await import(process.argv[2]);", /known only when it runs/],
  ] as const)
    it(`that ${what} is none`, () => assert.match(String(read(text)), said));

  it("that is no JSON is none", async () =>
    assert.match(String(read("{", "data.json")), /data\.json:1:1 BadInterceptor: The file is no JSON/));
});
