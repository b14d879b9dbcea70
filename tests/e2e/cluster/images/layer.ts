import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../command.ts";

/** A file of a layer: a copy of one on this machine, a text, or an empty folder. */
export type LayerFile =
  | { readonly path: string; readonly from: string; readonly mode: number }
  | { readonly path: string; readonly text: string; readonly mode: number }
  | { readonly path: string; readonly folder: true; readonly mode: number };

/** Writes a layer as a tar file: sorted, owned by root, with no moments, so that the same files give the same bytes. */
export async function writeLayer(work: string, files: readonly LayerFile[]): Promise<string> {
  // Folders come into the layer as they are made here, whatever the person's own mask is.
  process.umask(0o022);
  const root = await mkdtemp(join(work, "root-"));
  for (const file of files) {
    const path = join(root, file.path);
    await mkdir("folder" in file ? path : dirname(path), { recursive: true });
    if ("from" in file) await cp(file.from, path, { dereference: true });
    if ("text" in file) await writeFile(path, file.text);
    await chmod(path, file.mode);
  }
  const tar = join(work, "layer.tar");
  const stable = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"];
  const names = [...new Set(files.map(({ path }) => path.split("/")[0] ?? path))].toSorted();
  await run(["tar", "-C", root, ...stable, "-cf", tar, ...names]);
  await rm(root, { recursive: true });
  return tar;
}
