import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Checked, failed, type Problem } from "../problem.ts";
import type { SourceFile } from "../text/node.ts";
import { parseAll } from "../text/parse.ts";
import { readText, unreadable } from "./read-text.ts";

/** Every YAML document in files, and in the .yaml, .yml and .json files in folders and theirs, in the order of their names. */
export async function loadResources(paths: readonly string[]): Promise<Checked<readonly SourceFile[]>> {
  const problems: Problem[] = [];
  const documents: SourceFile[] = [];
  for (const path of paths) {
    const found = await filesOf(path);
    if (!found.ok) {
      problems.push(...found.problems);
      continue;
    }
    for (const file of found.value) {
      const text = await readText(file);
      const parsed = text.ok ? parseAll(file, text.value) : text;
      problems.push(...parsed.problems.filter(({ reason }) => reason !== "EmptyDocument"));
      if (parsed.ok) documents.push(...parsed.value);
    }
  }
  return problems.length > 0 ? failed(...problems) : { ok: true, value: documents, problems };
}

async function filesOf(path: string): Promise<Checked<readonly string[]>> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return { ok: true, value: [path], problems: [] };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/i.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    return { ok: true, value: files.toSorted(), problems: [] };
  } catch (thrown) {
    return failed(unreadable(path, thrown));
  }
}
