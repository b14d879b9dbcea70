import { statSync } from "node:fs";

/** Whether there is a folder at this path. What stands below a file is none. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
