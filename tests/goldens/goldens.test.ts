import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { goldenCases, goldenFiles, type GoldenCase } from "../../testing/golden-case.ts";

/** The files that are checked in as a case's outcome. */
function checkedIn({ folder }: GoldenCase): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(folder, path)).isFile());
  return new Map(paths.filter((path) => !/^(in|requests)\.yaml$/.test(path)).map((path) => [path, readFileSync(join(folder, path), "utf8")] as const));
}

describe("a golden case compiles to the files that are checked in (npm run goldens:update writes them anew)", () => {
  for (const golden of goldenCases()) {
    it(golden.name, () => {
      const made = goldenFiles(golden);
      assert.deepEqual([...made.keys()].toSorted(), [...checkedIn(golden).keys()].toSorted());
      for (const [path, text] of checkedIn(golden)) assert.equal(made.get(path), text, path);
      assert.deepEqual(goldenFiles(golden), made, "the same input gives the same bytes");
    });
  }
});
