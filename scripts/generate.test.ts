import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { generatedFiles } from "./generate-files.ts";

const project = join(import.meta.dirname, "..");

describe("what is generated is checked in as the schemas say", () => {
  for (const { path, text } of generatedFiles()) {
    it(`${path} is fresh`, () => {
      assert.equal(readFileSync(join(project, path), "utf8"), text, "Run node scripts/generate.ts.");
    });
  }

  it("no file is left over from a kind that is gone", () => {
    const made = new Set(generatedFiles().map(({ path }) => path));
    for (const folder of ["deploy/crds", "deploy/schemas", "deploy/helm/portico/templates", "docs/kinds"]) {
      for (const name of readdirSync(join(project, folder)))
        assert.ok(made.has(`${folder}/${name}`), `${folder}/${name} is made by nothing.`);
    }
  });

  it("twice made is the same", () => assert.deepEqual(generatedFiles(), generatedFiles()));
});
