import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { GatewayFiles } from "../compile/engine.ts";
import { cacheFolder, socketsFolder } from "../compile/envoy/names.ts";
import { errorCode } from "../error-code.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { isObject } from "../text/node.ts";
import { parseOne } from "../text/parse.ts";

/** The file by which a folder of ours is known again. */
export type Mark = "image/manifest.json" | "gateway.yaml";

/**
 * Writes files into a folder: all of them are written beside it first and renamed into place, so that nothing half done is ever there. What
 * else the folder holds stays. Fails with OutputRefused: also where a folder holds something and nothing of ours, unless forced.
 */
export async function writeFolder(out: string, files: GatewayFiles, mark: Mark, force: boolean): Promise<Checked<void>> {
  try {
    const wanted = resolve(out);
    const folder = await existing(wanted);
    if (folder === undefined && (await isBehindDeadLink(wanted)))
      return refused(
        out,
        "The path is a link that leads nowhere, or lies behind one. Make the folder that it leads to, or remove the link.",
      );
    if (folder !== undefined && !force && !(await mayHold(folder, mark))) {
      const ours = [...new Set([...files.keys()].map((path) => path.replace(/\/.*/, "/")))].join(", ");
      return refused(out, `The folder holds other things. Name another one, or replace ${ours} in it with --force.`);
    }
    await writeAndPlace(folder ?? wanted, folder !== undefined, files);
    return checked(undefined, []);
  } catch (thrown) {
    return refused(out, whatToDo(thrown));
  }
}

/** Writes a gateway's files, with folders for its sockets and for answers that it keeps: one that runs from there has them open, so that they are never replaced. */
export async function writeGateway(out: string, files: GatewayFiles, force: boolean): Promise<Checked<void>> {
  const written = await writeFolder(out, files, "image/manifest.json", force);
  if (!written.ok) return written;
  try {
    for (const folder of [socketsFolder, cacheFolder]) await mkdir(join(resolve(out), folder), { recursive: true });
    return written;
  } catch (thrown) {
    return refused(out, whatToDo(thrown));
  }
}

const refused = (out: string, message: string) => failed(error("OutputRefused", wholeFile(out), message));

/** The folder, its links followed; undefined where there is nothing. */
async function existing(path: string): Promise<string | undefined> {
  try {
    await readdir(path);
    return await realpath(path);
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}

/** Whether a path where there is nothing is a link, or has one above it. */
async function isBehindDeadLink(path: string): Promise<boolean> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return dirname(path) !== path && isBehindDeadLink(dirname(path));
  return there.isSymbolicLink() && (await stat(path).catch(() => undefined)) === undefined;
}

/** Whether a folder is empty, or holds what this program wrote. */
async function mayHold(folder: string, mark: Mark): Promise<boolean> {
  if ((await readdir(folder)).length === 0) return true;
  try {
    const marked = parseOne(mark, await readFile(join(folder, mark), "utf8"));
    return marked.ok && isObject(marked.value.value) && typeof marked.value.value.contract === "number";
  } catch {
    return false;
  }
}

async function writeAndPlace(folder: string, exists: boolean, files: GatewayFiles): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const staging = await mkdtemp(join(dirname(folder), ".portico-build-"));
  try {
    const made = join(staging, "new");
    for (const [path, text] of files) {
      await mkdir(dirname(join(made, path)), { recursive: true });
      // There are secrets among what is mounted.
      await writeFile(join(made, path), text, { mode: path.startsWith("mounted/") ? 0o600 : 0o644 });
    }
    if (exists) await exchange(made, folder, join(staging, "old"));
    else await rename(made, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Puts each member of `made` in the place of its namesake in `folder`, which goes to `old`; undone where one step fails. */
async function exchange(made: string, folder: string, old: string): Promise<void> {
  await mkdir(old);
  const undo: (() => Promise<void>)[] = [];
  const move = async (from: string, to: string): Promise<void> => {
    await rename(from, to);
    undo.unshift(() => rename(to, from));
  };
  try {
    const there = new Set(await readdir(folder));
    for (const name of await readdir(made)) {
      if (there.has(name)) await move(join(folder, name), join(old, name));
      await move(join(made, name), join(folder, name));
    }
  } catch (thrown) {
    for (const step of undo) await step();
    throw thrown;
  }
}

const words: Readonly<Record<string, string>> = {
  ENOTDIR: "This is a file, or a part of the path is one. Name a folder.",
  EEXIST: "A part of the path is a file. Name a folder.",
  EACCES: "The folder may not be written. Give yourself permission, or name another one.",
  EPERM: "The folder may not be written. Give yourself permission, or name another one.",
  EROFS: "The folder is on a disk that may only be read. Name another one.",
  ENOSPC: "The disk is full. Make room, or name a folder on another one.",
  ELOOP: "The path is a loop of symbolic links. Mend the links.",
  ENAMETOOLONG: "The path is too long. Name a shorter one.",
};

const whatToDo = (thrown: unknown): string =>
  words[errorCode(thrown)] ?? `The folder cannot be written (${errorCode(thrown)}). Name another one.`;
