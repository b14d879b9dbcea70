import { constants } from "node:fs";
import { access, mkdir, readFile, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { EnvoyBinary } from "./binary-probe.ts";
import type { Wheel } from "./binary-wheel.ts";

/** The folder that Portico caches in: `$XDG_CACHE_HOME/portico`, else `~/.cache/portico` (XDG Base Directory: a relative path counts as unset). */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const given = env.XDG_CACHE_HOME ?? "";
  return join(isAbsolute(given) ? given : join(env.HOME || homedir(), ".cache"), "portico");
}

const place = (wheel: Wheel, env: NodeJS.ProcessEnv) => {
  const folder = join(cacheFolder(env), `envoy-${wheel.version}-${wheel.platform}`);
  return { folder, binary: join(folder, "envoy"), marker: join(folder, "version") };
};

/**
 * The cached Envoy, if a fetch of it was ever completed. The marker beside the binary is written last, so its presence says that the
 * binary was checked: nothing is run and nothing is hashed here.
 */
export async function cachedEnvoy(wheel: Wheel, env: NodeJS.ProcessEnv): Promise<EnvoyBinary | undefined> {
  const { binary, marker } = place(wheel, env);
  try {
    const version = (await readFile(marker, "utf8")).trim();
    await access(binary, constants.X_OK);
    return version === wheel.version ? { path: binary, version } : undefined;
  } catch {
    return undefined;
  }
}

/** Moves a checked binary and its marker, both on the cache's file system, to where `cachedEnvoy` looks. The last of several wins. */
export async function keepEnvoy(
  wheel: Wheel,
  env: NodeJS.ProcessEnv,
  files: { readonly binary: string; readonly marker: string },
): Promise<EnvoyBinary> {
  const { folder, binary, marker } = place(wheel, env);
  await mkdir(folder, { recursive: true });
  await rename(files.binary, binary);
  await rename(files.marker, marker);
  return { path: binary, version: wheel.version };
}
