import { randomBytes } from "node:crypto";
import { lstat, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { cacheFolder, socketsFolder } from "../compile/envoy/names.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { lives } from "./envoy/lives.ts";

/** A private folder (mode 0700) that one run keeps its gateway files and sockets in. */
export interface RunFolder {
  readonly path: string;
  /** Removes it with all that is in it. */
  remove(): Promise<void>;
}

/** The longest base folder: a Unix socket's path has at most 107 bytes on Linux and 103 on macOS, and 40 are left for what follows. */
const longestBase = 63;

/**
 * Makes a run folder in `$XDG_RUNTIME_DIR`, else in `$TMPDIR`, else in `/tmp`: the first that is short enough for the path of a Unix socket
 * and can be written. Folders that killed runs left there are removed.
 */
export async function makeRunFolder(env: NodeJS.ProcessEnv): Promise<Checked<RunFolder>> {
  let why = "";
  for (const base of [env.XDG_RUNTIME_DIR ?? "", env.TMPDIR ?? "", "/tmp"]) {
    if (!isAbsolute(base) || Buffer.byteLength(base) > longestBase) continue;
    try {
      const path = await mkdtemp(join(base, `portico-${process.pid}-`));
      for (const folder of [socketsFolder, cacheFolder]) await mkdir(join(path, folder), { mode: 0o700 });
      await removeAbandoned(base);
      return checked({ path, remove: () => rm(path, { recursive: true, force: true }) }, []);
    } catch (failure) {
      why = failure instanceof Error ? failure.message : String(failure);
    }
  }
  return failed(
    error(
      "OutputRefused",
      wholeFile("/tmp"),
      `No folder for the gateway's files can be made (${why}). Set TMPDIR to a folder that can be written.`,
    ),
  );
}

/**
 * Writes a file as a whole: whoever reads the path, Envoy's file watcher for one, sees the old text or the new one. Folders on the way are made.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  const draft = join(folder, `.${basename(path)}.${randomBytes(4).toString("hex")}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    await rename(draft, path);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  }
}

/** The name carries the process that made the folder: when that lives no longer, nobody uses the folder. Other people's are left alone. */
async function removeAbandoned(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const [, pid] = /^portico-(\d+)-.{6}$/.exec(name) ?? [];
    if (pid === undefined || lives(Number(pid))) continue;
    const path = join(base, name);
    const entry = await lstat(path).catch(() => undefined);
    if (entry?.isDirectory() && entry.uid === process.getuid?.()) await rm(path, { recursive: true, force: true });
  }
}
