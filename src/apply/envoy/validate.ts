import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GatewayFiles } from "../../compile/engine.ts";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import { writeAtomically } from "../run-folder.ts";
import type { EnvoyBinary } from "./binary-probe.ts";
import { recentLog } from "./log.ts";

const patience = 120_000;

/**
 * Asks Envoy whether it takes the gateway files in a folder. `--mode validate` looks at nothing that a bootstrap takes from other
 * files, and lets unknown fields pass in those; so the listeners, clusters, routes and filters are put into one static bootstrap first,
 * where an unknown field is an error. Paths in the files are relative to the folder. What is written is in a folder of `scratch`, and gone afterwards.
 */
export async function validateConfiguration(
  binary: Pick<EnvoyBinary, "path">,
  folder: string,
  { scratch = tmpdir(), filters = "inlined" }: LookOptions = {},
): Promise<Checked<void>> {
  const work = await mkdtemp(join(scratch, "portico-validate-"));
  try {
    const file = join(work, "static.json");
    await writeFile(file, JSON.stringify(await staticBootstrap(folder, filters)));
    const complaint = await run(binary, file, folder);
    return complaint === undefined
      ? checked(undefined, [])
      : failed(error("EnvoyFailed", wholeFile(folder), `Envoy refuses the configuration: ${complaint}`));
  } catch (failure) {
    return failed(
      error(
        "EnvoyFailed",
        wholeFile(folder),
        `The gateway files cannot be read: ${failure instanceof Error ? failure.message : String(failure)}.`,
      ),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The same of files that are in no folder yet. They are in one below `within` for the time. Filters of theirs are nobody's patch, and are not looked at. */
export async function validateFiles(binary: EnvoyBinary, files: GatewayFiles, within: string): Promise<Checked<void>> {
  const folder = await mkdtemp(join(within, "look-"));
  try {
    for (const [path, text] of files) await writeAtomically(join(folder, path), text);
    return await validateConfiguration(binary, folder, { scratch: within, filters: "left" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How files are looked at. */
interface LookOptions {
  /** The folder in which the folder is made that the static form is in. */
  readonly scratch?: string;
  /** Whether filters that come from files of their own are looked at, too: what credentials are checked with is in them, and Envoy's words may quote it. */
  readonly filters?: "inlined" | "left";
}

/** So much of what Envoy says is said: it quotes whole messages. */
const longestWords = 1_000;

/** Why Envoy does not take something, without what it quotes. */
const briefly = (words: string): string => words.replace(/\): \{[\s\S]*$/, ")").slice(0, longestWords);

function run(binary: Pick<EnvoyBinary, "path">, file: string, cwd: string): Promise<string | undefined> {
  const args = ["--mode", "validate", "-c", file, "--disable-hot-restart", "--log-level", "error"];
  return new Promise((resolve) => {
    execFile(binary.path, args, { cwd, timeout: patience, killSignal: "SIGKILL", maxBuffer: 64 * 1024 ** 2 }, (failure, _, stderr) => {
      const log = recentLog();
      for (const line of stderr.split("\n")) log.add(line);
      resolve(failure === null ? undefined : briefly(log.complaint() || failure.message));
    });
  });
}

async function staticBootstrap(folder: string, filters: "inlined" | "left"): Promise<unknown> {
  const bootstrap = await readJson(join(folder, "mounted/bootstrap.json"));
  const dynamic = object(bootstrap.dynamic_resources);
  const given = object(bootstrap.static_resources);
  const listeners = await discovered(folder, dynamic.lds_config);
  return {
    ...bootstrap,
    dynamic_resources: {},
    static_resources: {
      ...given,
      listeners: [...list(given.listeners), ...(await Promise.all(listeners.map((listener) => inlined(folder, listener, filters))))],
      clusters: [...list(given.clusters), ...(await discovered(folder, dynamic.cds_config))],
    },
  };
}

/** What a discovery file holds, without the type that a static list does not repeat. */
async function discovered(folder: string, source: unknown): Promise<readonly Json[]> {
  const path = object(object(source).path_config_source).path;
  if (typeof path !== "string") return [];
  const { resources } = await readJson(join(folder, path));
  return list(resources).map((one) => {
    const { "@type": _, ...rest } = object(one);
    return rest;
  });
}

/** The same value with each `rds` replaced by the `route_config`, and each `config_discovery` by the `typed_config`, that it names. */
async function inlined(folder: string, value: unknown, filters: "inlined" | "left"): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((element) => inlined(folder, element, filters)));
  if (!isJson(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === "rds") copy.route_config = await named(folder, object(member).config_source, object(member).route_config_name);
    else if (key === "config_discovery" && filters === "inlined")
      copy.typed_config = (await named(folder, object(member).config_source, value.name)).typed_config;
    else copy[key] = await inlined(folder, member, filters);
  }
  return copy;
}

async function named(folder: string, source: unknown, name: unknown): Promise<Json> {
  const found = (await discovered(folder, source)).find((one) => one.name === name);
  if (found === undefined) throw new Error(`nothing is named ${String(name)}`);
  return found;
}

type Json = Readonly<Record<string, unknown>>;

const readJson = async (path: string): Promise<Json> => object(JSON.parse(await readFile(path, "utf8")));
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const object = (value: unknown): Json => (isJson(value) ? value : {});
