import { type ExecFileException, execFile } from "node:child_process";

/** An Envoy that can be started: an absolute path, and its version such as `1.40.0`. */
export interface EnvoyBinary {
  readonly path: string;
  readonly version: string;
}

/** What a program answers when it is asked whether it is an Envoy that serves; `why` continues a sentence that begins with its path. */
export type Probe = { readonly serves: true; readonly binary: EnvoyBinary } | { readonly serves: false; readonly why: string };

/** The first version with all that Portico's gateways are made of: the stats access logger, and matcher trees without a warning. */
const oldest = { major: 1, minor: 40 };

const patience = 10_000;

/** Runs `path --version` (20 ms, at most 10 s). The path is absolute. */
export function probe(path: string): Promise<Probe> {
  return new Promise((resolve) => {
    execFile(path, ["--version"], { timeout: patience, killSignal: "SIGKILL" }, (failure, stdout, stderr) => {
      resolve(failure === null ? judge(path, stdout) : { serves: false, why: reasonFor(failure, stderr) });
    });
  });
}

/** Envoy says `envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL`; a build between releases says `1.41.0-dev`. */
function judge(path: string, output: string): Probe {
  const found = /version: [^/\s]*\/(\d+)\.(\d+)\.(\d+[^/\s]*)\//.exec(output);
  if (found === null) return { serves: false, why: "does not answer --version as Envoy does" };
  const [, major, minor, patch] = found;
  const version = `${major}.${minor}.${patch}`;
  if (Number(major) === oldest.major && Number(minor) >= oldest.minor) return { serves: true, binary: { path, version } };
  return { serves: false, why: `is Envoy ${version}, and Portico needs ${oldest.major}.${oldest.minor} or a later ${oldest.major}.x` };
}

function reasonFor(failure: ExecFileException, stderr: string): string {
  if (failure.code === "ENOENT") return "is not there, or needs a loader that is not there";
  if (failure.code === "EACCES") return "is no program that may be run";
  if (failure.killed === true) return `did not answer --version within ${patience / 1000} s`;
  const words = stderr.trim().split("\n").at(-1) ?? "";
  return words === "" ? "does not run" : `does not run: ${words}`;
}
