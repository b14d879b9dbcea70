import { chmod, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Puts our plugins into a folder, as an installed package has them on PATH: the environment in which kubectl finds them. */
export async function withPlugins(folder: string): Promise<NodeJS.ProcessEnv> {
  for (const name of ["kubectl-add", "kubectl-update"]) {
    const program = resolve(import.meta.dirname, `../../../src/cli/${name}.ts`);
    await writeFile(join(folder, name), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
    await chmod(join(folder, name), 0o755);
  }
  return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
}
