import { statSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import type { SourceFile } from "../text/node.ts";
import { parseAll } from "../text/parse.ts";
import { foldersIn, mostFolders } from "./folders.ts";
import { readText, unreadable } from "./read-text.ts";

/** What could be read of resources, and what is wrong with the rest. */
export interface LoadedResources {
  readonly documents: readonly SourceFile[];
  readonly problems: readonly Problem[];
}

/**
 * Every YAML document in files, and in the .yaml, .yml and .json files in folders and theirs, in the order of their names. What is hidden is
 * left out, but links are followed, to folders only within the folder: a Kubernetes volume keeps its files in a hidden folder and links to them. No folder is read twice.
 */
export async function loadResources(paths: readonly string[]): Promise<LoadedResources> {
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
  return { documents, problems };
}

async function filesOf(path: string): Promise<Checked<readonly string[]>> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return { ok: true, value: [path], problems: [] };
    const folders = foldersIn(path, (name) => !name.startsWith("."));
    if (folders.length > mostFolders) return failed(tooManyFolders(path));
    const files: string[] = [];
    for (const folder of folders) {
      const named = (await readdir(folder)).filter((name) => /\.(ya?ml|json)$/i.test(name) && !name.startsWith("."));
      files.push(...named.map((name) => join(folder, name)));
    }
    const readable = files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() !== false);
    return { ok: true, value: readable.toSorted(), problems: [] };
  } catch (thrown) {
    return failed(unreadable(path, thrown));
  }
}

const tooManyFolders = (path: string): Problem =>
  error(
    "FileTooLarge",
    wholeFile(path),
    `There are more than ${mostFolders.toLocaleString("en")} folders below this one. Name the folder that holds the resources.`,
  );
