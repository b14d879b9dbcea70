import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** The ground that everything stands on: Problems, the names of failures, secrets that do not show, and texts with positions. */
const ground = ["error-code.ts", "problem.ts", "reason.ts", "redacted.ts", "text"];

/** Which folder of src/ may import from which others: one way, from source to apply, with a pure middle (docs/ARCHITECTURE.md). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "problem.ts": ["reason.ts"],
  "reason.ts": [],
  "redacted.ts": [],
  "error-code.ts": [],
  text: [],
  api: [],
  openapi: [],
  model: [],
  source: ["openapi", "model"],
  resolve: ["api", "openapi", "model"],
  compile: ["model"],
  image: ["compile", "model"],
  workloads: ["model"],
  agent: ["model", "source"],
  apply: ["compile", "openapi", "image", "workloads"],
  controller: ["api", "openapi", "model", "source", "resolve", "compile", "image", "workloads", "apply"],
  cli: ["api", "openapi", "model", "source", "resolve", "compile", "image", "workloads", "agent", "apply", "controller"],
};

/** What the pure middle must not touch: files, networks, processes, clocks. */
const impure = /^node:(?!path$|net$|crypto$|buffer$)/;
const pure = new Set(["text", "api", "openapi", "model", "resolve", "compile", "workloads", "problem.ts", "reason.ts"]);

const room = (path: string): string => relative(src, path).split("/")[0] ?? "";

function importsOf(file: string): readonly string[] {
  return [...readFileSync(file, "utf8").matchAll(/(?:from|import\(|import) "([^"]+)"/g)].map(([, name = ""]) => name);
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !/(\.test|test-document)\.ts$/.test(path))
  .map((path) => join(src, path));

describe("the folder is the architecture", () => {
  it("imports go one way", () => {
    for (const file of files) {
      const from = room(file);
      for (const name of importsOf(file).filter((one) => one.startsWith(".") && one.endsWith(".ts"))) {
        const to = room(join(dirname(file), name));
        const fine = to === from || ground.includes(to) || (allowed[from] ?? []).includes(to);
        assert.ok(fine, `${relative(src, file)} imports ${name}: ${from} may not know ${to}`);
      }
    }
  });

  it("the middle is pure: no files, network, processes or clocks", () => {
    for (const file of files.filter((one) => pure.has(room(one)))) {
      for (const name of importsOf(file)) assert.ok(!impure.test(name), `${relative(src, file)} imports ${name}`);
      assert.doesNotMatch(
        readFileSync(file, "utf8"),
        /\b(Date\.now|new Date\(\)|Math\.random|process\.(env|argv|cwd)|performance\.now|fetch\(|setTimeout|setInterval|globalThis)\b/,
        relative(src, file),
      );
    }
  });

  it("every folder of src/ is in the table", () => {
    assert.deepEqual([...new Set(files.map(room))].toSorted(), Object.keys(allowed).toSorted());
  });
});
