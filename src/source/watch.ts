import { type FSWatcher, watch } from "node:fs";
import { dirname, resolve } from "node:path";
import { isFolder } from "./is-folder.ts";

/** What is watched, until it is closed or told to watch something else. */
export interface Watch {
  /** From now on these files, and these folders with all that is under them. */
  follow(paths: readonly string[]): void;
  close(): void;
}

/** Editors write a file in several steps; changes this close together are one (milliseconds). */
const togetherMs = 30;

/**
 * Calls `changed` after a file that is followed was written, replaced, made or removed. A file's folder is watched and not the file,
 * since editors, and Kubernetes' volumes, replace files by renaming.
 */
export function watchPaths(changed: () => void): Watch {
  const watchers = new Map<string, FSWatcher>();
  let files = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const noticed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, togetherMs);
  };
  const start = (folder: string, recursive: boolean): FSWatcher | undefined => {
    try {
      const watcher = watch(folder, { recursive }, (_, name) => {
        // A name that is not given, or a swapped `..data` link of a Kubernetes volume, may stand for any file there.
        if (recursive || name === null || name.startsWith("..") || files.has(resolve(folder, name))) noticed();
      });
      return watcher.on("error", () => watchers.delete(folder));
    } catch {
      return undefined;
    }
  };
  return {
    follow(named) {
      const paths = named.filter((path) => !/^[a-z]+:\/\//i.test(path));
      const folders = paths.filter(isFolder).map((path) => resolve(path));
      files = new Set(paths.map((path) => resolve(path)));
      const wanted = new Map([
        ...[...files].map((file) => [dirname(file), false] as const),
        ...folders.map((folder) => [folder, true] as const),
      ]);
      for (const [folder, watcher] of watchers) {
        if (wanted.has(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const [folder, recursive] of wanted) {
        const watcher = watchers.has(folder) ? undefined : start(folder, recursive);
        if (watcher !== undefined) watchers.set(folder, watcher);
      }
    },
    close() {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}
