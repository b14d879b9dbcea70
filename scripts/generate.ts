// Writes what follows from the schemas: CRDs, JSON Schemas, reference pages. `--check` writes nothing and fails where a file is not fresh.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles } from "./generate-files.ts";

const project = dirname(import.meta.dirname);
const checking = process.argv.includes("--check");

function current(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

for (const { path, text } of generatedFiles()) {
  const file = join(project, path);
  if (current(file) === text) continue;
  if (checking) {
    process.stderr.write(`${path} is not what the schemas say. Run node scripts/generate.ts.\n`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stderr.write(`${path}\n`);
}
