import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { errorCode } from "../error-code.ts";
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
  const matters = (path: string): boolean => files.some((file) => file === path || file.startsWith(path + sep));
  const start = (folder: string, recursive: boolean): void => {
    try {
      const watcher = watch(folder, { recursive }, (_, name) => {
        // A name that is not given, or a swapped `..data` link of a Kubernetes volume, may stand for any file there.
        if (recursive || name === null || name.startsWith("..") || matters(resolve(folder, name)) || !isFolder(folder)) noticed();
      });
      watcher.on("error", noticed);
      watched.set(folder, { watcher, inode: statSync(folder).ino });
    } catch (thrown) {
      const why = errorCode(thrown);
      // A folder that went away just now is looked for again: that is a change, too.
      if (why === "ENOENT") noticed();
      else refused(folder, why);
    }
  };
  const stop = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };
  return {
    follow(named) {
      files = named.filter((path) => !/^[a-z]+:\/\//i.test(path)).map((path) => resolve(path));
      const wanted = foldersOf(files);
      for (const [folder, { inode }] of watched) {
        if (!wanted.has(folder) || statSync(folder, { throwIfNoEntry: false })?.ino !== inode) stop(folder);
      }
      for (const [folder, recursive] of wanted) if (!watched.has(folder)) start(folder, recursive);
    },
    close() {
      clearTimeout(timer);
      for (const folder of [...watched.keys()]) stop(folder);
    },
  };
}

/** The folders to watch for these paths, and whether with all that is under them. A folder itself is seen to go from the one above it. */
function foldersOf(paths: readonly string[]): ReadonlyMap<string, boolean> {
  const folders = new Map<string, boolean>();
  for (const path of paths) folders.set(nearestFolder(dirname(path)), false);
  for (const path of paths) if (isFolder(path)) folders.set(path, true);
  return folders;
}

function nearestFolder(path: string): string {
  return isFolder(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}
