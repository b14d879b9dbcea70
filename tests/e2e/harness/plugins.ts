import { chmod, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Puts our plugins into a folder, as an installed package has them on PATH: the environment in which kubectl finds them. */
export async function withPlugins(folder: string): Promise<NodeJS.ProcessEnv> {
  // Krew calls the one that it installs by the plugin's name.
  const programs = { "kubectl-add": "kubectl-add", "kubectl-update": "kubectl-update", "kubectl-portico": "portico" };
  for (const [name, program] of Object.entries(programs)) {
    const source = resolve(import.meta.dirname, `../../../src/cli/${program}.ts`);
    await writeFile(join(folder, name), `#!/bin/sh\nexec ${process.execPath} ${source} "$@"\n`);
    await chmod(join(folder, name), 0o755);
  }
  return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
}
