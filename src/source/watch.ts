import { type FSWatcher, realpathSync, statSync, watch } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { errorCode } from "../error-code.ts";
import { foldersIn } from "./folders.ts";
import { isFolder } from "./is-folder.ts";

/** What is watched, until it is closed or told to watch something else. */
export interface Watch {
  /** From now on these files, and these folders with all that is under them, whether they are there yet or not. */
  follow(paths: readonly string[]): void;
  close(): void;
}

/** Editors write a file in several steps; changes this close together are one (milliseconds). */
const togetherMs = 30;

/** A folder that is watched. One of the same name that takes its place is another one. */
interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: number;
}

/**
 * Calls `changed` after a file that is followed was written, replaced, made or removed. A file's folder is watched and not the file,
 * since editors, and Kubernetes' volumes, replace files by renaming; where there is no such folder, the nearest one above it. `refused` is told
 * of a folder that the system does not let watch, and its word for why.
 */
export function watchPaths(changed: () => void, refused: (folder: string, why: string) => void): Watch {
  const watched = new Map<string, Watched>();
  let files: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const noticed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, togetherMs);
  };
  const matters = (path: string): boolean =>
    files.some((file) => file === path || file.startsWith(path + sep) || path.startsWith(file + sep));
  const refusedBefore = new Set<string>();
  /** Whether the folder is watched now. */
  const start = (folder: string): boolean => {
    try {
      const watcher = watch(folder, (_, name) => {
        // A name that is not given, or a swapped `..data` link of a Kubernetes volume, may stand for any file there.
        if (name === null || isOfVolume(name) || matters(resolve(folder, name)) || !isFolder(folder)) noticed();
      });
      watcher.on("error", noticed);
      watched.set(folder, { watcher, inode: statSync(folder).ino });
      return true;
    } catch (thrown) {
      const why = errorCode(thrown);
      // A folder that went away just now is looked for again: that is a change, too.
      if (why === "ENOENT" || why === "ENOTDIR") noticed();
      else if (!refusedBefore.has(folder)) refused(folder, why);
      refusedBefore.add(folder);
      return false;
    }
  };
  const stop = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };
  let begun = false;
  return {
    follow(named) {
      files = named.filter((path) => !/^[a-z]+:\/\//i.test(path)).flatMap((path) => withTarget(resolve(path)));
      const wanted = foldersOf(files);
      for (const [folder, { inode }] of watched) if (!wanted.has(folder) || inodeOf(folder) !== inode) stop(folder);
      const added = [...wanted].filter((folder) => !watched.has(folder)).filter(start);
      // What was written into a folder between its making and now was seen by nobody.
      if (begun && added.length > 0) noticed();
      begun = true;
    },
    close() {
      clearTimeout(timer);
      for (const folder of [...watched.keys()]) stop(folder);
    },
  };
}

const inodeOf = (path: string): number | undefined => {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
};

/** A path, and where it leads to when it is a link: what a link leads to may change while the link stays. */
function withTarget(path: string): readonly string[] {
  try {
    const target = realpathSync(path);
    return target === path ? [path] : [path, target];
  } catch {
    return [path];
  }
}

/** The folders to watch for these paths: a folder itself is seen to go from the one above it, and all below it are watched one by one. */
function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const below = paths.filter(isFolder).flatMap((path) => foldersIn(path, (name) => !name.startsWith(".") || isOfVolume(name)));
  return new Set([...paths.map((path) => nearestFolder(dirname(path))), ...below]);
}

/** Where a Kubernetes volume keeps what its links lead to. */
const isOfVolume = (name: string): boolean => name.startsWith("..");

function nearestFolder(path: string): string {
  return isFolder(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}
