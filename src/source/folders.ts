import { type Dirent, readdirSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { isFolder } from "./is-folder.ts";

/** More folders than resources are kept in: whoever names a disk does not mean it. Each that is watched takes one of the system's watches. */
export const mostFolders = 1000;

/**
 * A folder and those below it whose names are `wanted`, at most `mostFolders` and one. A link counts as the folder that it leads to, if that
 * lies below, too. Each is there once, by its own way where it has one, so that a link which leads back ends there. What cannot be read has
 * none below it.
 */
export function foldersIn(top: string, wanted: (name: string) => boolean): readonly string[] {
  const within = realOf(top);
  const found = new Map<string, string>();
  const links: string[] = [];
  const visit = (folder: string): void => {
    const real = realOf(folder);
    if (real === undefined || found.has(real) || found.size > mostFolders) return;
    found.set(real, folder);
    const entries = entriesOf(folder).filter(({ name }) => wanted(name));
    links.push(...entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(folder, name)));
    for (const entry of entries) if (entry.isDirectory()) visit(join(folder, entry.name));
  };
  visit(top);
  for (const link of links) if (isFolder(link) && realOf(link)?.startsWith(within + sep)) visit(link);
  return [...found.values()];
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
