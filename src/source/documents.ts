import { realpath } from "node:fs/promises";
import { dirname, relative, sep } from "node:path";
import { namedFunctions } from "../openapi/named-functions.ts";
import { type DocumentFiles, leavesFolder } from "../openapi/references.ts";
import { type ReferredFile, referredFiles } from "../openapi/referred-files.ts";
import { type Checked, error, failed, type Problem } from "../problem.ts";
import { placeOf, type SourceFile } from "../text/node.ts";
import { parseOne } from "../text/parse.ts";
import { loadCode } from "./code/load-code.ts";
import { fetchText } from "./fetch-text.ts";
import { readTextOrPipe } from "./read-pipe.ts";
import { largestFile, readText } from "./read-text.ts";

/** Where references may lead: to files under the document's folder, or anywhere, URLs included. */
export type ReferenceScope = "folder" | "anywhere";

/** How far what is read reaches. */
export interface DocumentScope {
  readonly references: ReferenceScope;
  /** The folder that functions are in; left out for the document's own. */
  readonly functions?: string | undefined;
}

/** More files than a document has. */
const mostFiles = 2000;

/** A document's files as far as they can be read, and what is wrong with the others. */
export interface LoadedDocument {
  /** Undefined where the document itself cannot be read, or is too much. */
  readonly files: DocumentFiles | undefined;
  readonly problems: readonly Problem[];
}

/**
 * A document with every file that it refers to, and theirs. What is wrong with one of them is said at the reference.
 * The functions that it names are looked for in `functions`, or else in its own folder. `noticed` is told each file that matters, whether it can be read or not.
 */
export async function loadDocument(
  path: string,
  { references: scope, functions = dirname(path) }: DocumentScope,
  noticed: (path: string) => void,
): Promise<LoadedDocument> {
  noticed(path);
  const root = await readRoot(path);
  if (!root.ok) return { files: undefined, problems: root.problems };
  const files = new Map<string, SourceFile>();
  const unread = new Set<string>();
  const problems: Problem[] = [];
  const folder = await realpath(dirname(path));
  let size = root.value.text.length;
  let waiting = referredFiles(root.value);
  while (waiting.length > 0) {
    const next: ReferredFile[] = [];
    for (const referred of waiting) {
      if (referred.name === path || files.has(referred.name) || unread.has(referred.name)) continue;
      noticed(referred.name);
      const file = await readReferred(referred, path, folder, scope);
      problems.push(...file.problems);
      if (!file.ok) {
        unread.add(referred.name);
        continue;
      }
      files.set(referred.name, file.value);
      size += file.value.text.length;
      if (files.size > mostFiles || size > largestFile) {
        const most = `more than ${mostFiles}, or have more than ${largestFile / 1024 / 1024} MiB together`;
        const tooLarge = error("FileTooLarge", placeOf(referred.by), `The document's files are ${most}. Split the document.`);
        return { files: undefined, problems: [...problems, tooLarge] };
      }
      next.push(...referredFiles(file.value));
    }
    waiting = next;
  }
  const code = await codeOf({ root: root.value, files }, functions, noticed);
  return { files: { root: root.value, files, unread, ...code.of }, problems: [...problems, ...code.problems] };
}

/** The programs of the functions that a document names, where it names any. */
async function codeOf(files: DocumentFiles, folder: string, noticed: (path: string) => void) {
  const named = namedFunctions(files).map((node) => ({ text: String(node.value), where: placeOf(node) }));
  if (named.length === 0) return { of: {}, problems: [] };
  const { code, problems } = await loadCode(folder, named, noticed);
  return { of: { code }, problems };
}

async function readRoot(path: string): Promise<Checked<SourceFile>> {
  const text = await readTextOrPipe(path);
  return text.ok ? parseOne(path, text.value) : text;
}

/** A file by its reference. What is wrong with reading it is said at the reference; what is wrong in it, in it. */
async function readReferred(
  { name, by }: ReferredFile,
  rootName: string,
  folder: string,
  scope: ReferenceScope,
): Promise<Checked<SourceFile>> {
  if (scope === "folder" && (leavesFolder(rootName, name) || (await leadsOutOf(folder, name)))) {
    return failed(
      error(
        "RefOutside",
        placeOf(by),
        `The reference leads to \`${name.slice(0, 200)}\`, outside the document's folder. Copy the file there, or allow it with --refs anywhere.`,
      ),
    );
  }
  const text = /^https?:/i.test(name) ? await fetchText(name) : await readText(name);
  if (!text.ok)
    return failed(
      ...text.problems.map((problem) => ({ ...problem, where: placeOf(by), message: `\`${name.slice(0, 200)}\`: ${problem.message}` })),
    );
  return parseOne(name, text.value);
}

/** Whether a path leads out of a folder once symbolic links are followed. What is not there leads nowhere. */
async function leadsOutOf(folder: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  const way = real === undefined ? "" : relative(folder, real);
  return way === ".." || way.startsWith(`..${sep}`);
}
