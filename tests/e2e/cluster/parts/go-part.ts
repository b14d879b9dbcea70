import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.ts";
import { cached, keyOf } from "./cache.ts";
import { findGo } from "./go.ts";

/** A program that is built from its Go modules; a folder of this name beside this file pins them (go.mod, go.sum). */
export interface GoPart {
  readonly name: string;
  readonly version: string;
  readonly package: string;
  /** Values that are linked in. */
  readonly values: Readonly<Record<string, string>>;
  /** How long a first build took on two processors, for the person who waits. */
  readonly firstBuild: string;
}

const moduleOf = ({ name }: Pick<GoPart, "name">): string => fileURLToPath(new URL(name, import.meta.url));

/** How every part is built: no path and no state of this machine comes into a program. */
const buildFlags = ["-trimpath", "-buildvcs=false"] as const;
const buildEnvironment = { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local", GOWORK: "off" } as const;

/** What of a Go and of the environment changes a program that it builds (go help environment). */
const goSettings = ["GOVERSION", "GOOS", "GOARCH", "GOAMD64", "GOARM64", "GOEXPERIMENT"] as const;

const linkerFlags = ({ values }: GoPart): string =>
  ["-s", "-w", ...Object.entries(values).map(([variable, value]) => `-X ${variable}=${value}`)].join(" ");

/** What a part is cached under: all that it is made from. `settings` is what `go env` says of `goSettings`. */
export const keyOfPart = (part: GoPart, settings: string, sources: readonly Uint8Array[]): string =>
  keyOf(JSON.stringify([part, buildFlags, linkerFlags(part), buildEnvironment]), settings, ...sources);

/** Builds a part if the cache has none: the path of the program. */
export async function buildPart(part: GoPart, say: (line: string) => void): Promise<string> {
  const module = moduleOf(part);
  const sources = readdirSync(module)
    .toSorted()
    .map((name) => readFileSync(join(module, name)));
  const key = keyOfPart(part, await go(["env", ...goSettings], module, say), sources);
  const folder = await cached(`${part.name}-${part.version}`, key, async (aside) => {
    say(`Building ${part.name} ${part.version} from its Go modules; this happens once, and takes ${part.firstBuild} on two processors.`);
    const flags = [...buildFlags, "-ldflags", linkerFlags(part)];
    // What it writes on the way goes with the folder when it is killed.
    await go(["build", ...flags, "-o", join(aside, part.name), part.package], module, say, { GOTMPDIR: aside });
  });
  return join(folder, part.name);
}

/** Runs the go command in a part's module, with what is pinned there and nothing newer. It ends with this program, however that ends. */
async function go(args: readonly string[], cwd: string, say: (line: string) => void, more: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = { ...process.env, ...buildEnvironment, ...more };
  return run(["setpriv", "--pdeathsig", "KILL", "--", await findGo(say), ...args], { cwd, env });
}

/** The folder with the sources of a module that a part is built from. */
export async function moduleSources(part: Pick<GoPart, "name">, module: string, say: (line: string) => void): Promise<string> {
  await go(["mod", "download", module], moduleOf(part), say);
  return (await go(["list", "-m", "-f", "{{.Dir}}", module], moduleOf(part), say)).trim();
}
