import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** Where a program of a name may be, in the order of PATH: relative folders in it are passed over. */
export const onPath = (name: string, env: NodeJS.ProcessEnv): readonly string[] =>
  (env.PATH ?? "")
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, name));

/** Whether a file is there and may be run. */
export const mayRun = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
