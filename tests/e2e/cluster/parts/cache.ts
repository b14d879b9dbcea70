import { createHash } from "node:crypto";
import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cacheFolder } from "../../../../src/apply/envoy/binary-cache.ts";
import { locked } from "../lock.ts";

/** The folder of everything that is fetched or built for test clusters, outside the tree. */
export const partsFolder = (): string => join(cacheFolder(process.env), "parts");

/** A key of what a part is made from. */
export function keyOf(...inputs: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(`${input.length}:`).update(input);
  return hash.digest("hex").slice(0, 12);
}

/**
 * The folder of a part, made when it is not there yet. It is made aside and renamed into place: what is in the cache is whole. Of two that want
 * the same part at once, one makes it and the other waits.
 */
export const cached = (name: string, key: string, make: (folder: string) => Promise<void>): Promise<string> =>
  cachedAsTaken(name, key, async (folder) => {
    await make(folder);
    return key;
  });

/**
 * The same for what may turn out to be made from something else than was wanted: `make` resolves with the key of what it took. The folder has that key,
 * and a link of the wanted one leads to it.
 */
export async function cachedAsTaken(name: string, wanted: string, make: (folder: string) => Promise<string>): Promise<string> {
  const folder = join(partsFolder(), `${name}-${wanted}`);
  if (existsSync(folder)) return target(folder);
  const locks = join(partsFolder(), ".making", `${name}-${wanted}`);
  await mkdir(locks, { recursive: true });
  return locked(locks, async () => {
    if (existsSync(folder)) return target(folder);
    // What one that was killed left; a program of its own may be about to end, and still write there.
    for (const left of await readdir(locks)) await rm(join(locks, left), { recursive: true, maxRetries: 20 });
    const aside = await mkdtemp(join(locks, "aside-"));
    try {
      const own = join(partsFolder(), `${name}-${await make(aside)}`);
      // It may be there: made when it was wanted by another name.
      await rename(aside, own).catch((failure: unknown) => (existsSync(own) ? undefined : Promise.reject(failure)));
      if (own !== folder) {
        await rm(folder, { force: true });
        await symlink(basename(own), folder);
      }
      return own;
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  });
}

const target = (folder: string): string => (lstatSync(folder).isSymbolicLink() ? join(dirname(folder), readlinkSync(folder)) : folder);
