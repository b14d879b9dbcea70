import { statSync } from "node:fs";

/** Whether there is a folder at this path. */
export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
