import { chmod, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Puts our plugin into a folder, as an installed package has it on PATH: the environment in which kubectl finds it. */
export async function withPlugin(folder: string): Promise<NodeJS.ProcessEnv> {
  const program = resolve(import.meta.dirname, "../../../src/cli/kubectl-add.ts");
  await writeFile(join(folder, "kubectl-add"), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
  await chmod(join(folder, "kubectl-add"), 0o755);
  return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
}
