import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
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
export async function cached(name: string, key: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(partsFolder(), `${name}-${key}`);
  if (existsSync(folder)) return folder;
  const locks = join(partsFolder(), ".making", `${name}-${key}`);
  await mkdir(locks, { recursive: true });
  return locked(locks, async () => {
    if (existsSync(folder)) return folder;
    // What one that was killed left.
    for (const left of await readdir(locks)) await rm(join(locks, left), { recursive: true });
    const aside = await mkdtemp(join(locks, "aside-"));
    try {
      await make(aside);
      await rename(aside, folder);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    return folder;
  });
}
