// Folders that scripts write whole: whose they are, and who may read them.

import { chmod, mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../src/error-code.ts";

/** The file by which a folder is known as one that a script made. */
export const mark = ".made-by-portico";

/** Why a script does not write into a folder: something is there that no script of ours put there. Undefined where it may. */
export async function whyNotInto(folder: string): Promise<string | undefined> {
  const entries = await entriesOf(folder);
  if (typeof entries === "string") return `${folder} cannot be used (${entries}). Name another folder.`;
  if (entries.length === 0 || entries.includes(mark)) return undefined;
  return `${folder} is there and not empty, and was not made by this: what is in it would be removed. Name another folder, or remove it yourself.`;
}

async function entriesOf(folder: string): Promise<readonly string[] | string> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    return errorCode(thrown) === "ENOENT" ? [] : errorCode(thrown);
  }
}

/** Makes a folder, and marks it as one that a script made. */
export async function markFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, mark), "A script of Portico's made this folder, and removes what is in it when it makes it anew.\n");
}

/** The date of all that is in such a folder: what is made of it is the same whenever that is. */
const date = new Date(0);

/** Lets everybody read a folder and what is in it, whatever the umask is, and gives all of it one date: what is made of it is the same for whoever makes it, and runs as nobody. */
export async function alikeForAll(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const path of [...entries.map((entry) => join(entry.parentPath, entry.name)), folder]) {
    const is = await stat(path);
    await chmod(path, is.isDirectory() || (is.mode & 0o100) !== 0 ? 0o755 : 0o644);
    await utimes(path, date, date);
  }
}
