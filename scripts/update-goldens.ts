import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { goldenCases, goldenFiles } from "../testing/golden-case.ts";

/** Writes the expected files of all golden cases anew: `npm run goldens:update`, then read the difference. */
for (const golden of goldenCases()) {
  for (const made of ["model.json", "problems.txt", "out"]) rmSync(join(golden.folder, made), { recursive: true, force: true });
  for (const [path, text] of goldenFiles(golden)) {
    mkdirSync(dirname(join(golden.folder, path)), { recursive: true });
    writeFileSync(join(golden.folder, path), text);
  }
}
