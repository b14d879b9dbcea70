import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";
import type { Scope } from "./scope.ts";
import { until } from "./until.ts";

const program = fileURLToPath(import.meta.resolve("../src/cli/portico.ts"));

/** The real program as a child. */
export interface Portico {
  readonly pid: number;
  /** The lines it has written so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Its exit code, or the signal that ended it, once its output is read to the end. */
  readonly ended: Promise<number | string>;
  signal(name: "SIGINT" | "SIGTERM" | "SIGKILL"): void;
  /** Waits until a line of stderr matches, among those after the first `skip`; the line. */
  says(pattern: RegExp, skip?: number): Promise<string>;
}

/** A folder that is gone when the scope ends; its path is short enough for Unix sockets in it. */
export async function temporaryFolder(scope: Scope): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "pt-")));
  // What is ended may be writing its last.
  scope.after(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Puts a text in a file's place, as editors that save safely do. Folders on the way are made. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${process.pid}.draft`);
  await writeFile(draft, text);
  await rename(draft, path);
}

/** Starts `portico` with arguments, in a folder; it is killed when the scope ends. Run folders are made in `env.TMPDIR`. */
export function startPortico(scope: Scope, args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}): Portico {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, XDG_RUNTIME_DIR: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = endOf(child);
  scope.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const [stdout, stderr] = [linesOf(child.stdout), linesOf(child.stderr)];
  let over = false;
  child.once("close", () => {
    over = true;
  });
  const says = async (pattern: RegExp, skip = 0): Promise<string> => {
    const find = () => stderr.slice(skip).find((line) => pattern.test(line)) ?? (over ? "" : undefined);
    const found = await until(`portico says ${pattern}`, find, 30_000);
    assert.notEqual(found, "", `portico ended, and said no ${pattern}:\n${stderr.join("\n")}`);
    return found;
  };
  return { pid: child.pid ?? 0, stdout, stderr, ended, signal: (name) => child.kill(name), says };
}

/** Runs `portico` to its end. */
export async function runPortico(scope: Scope, args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}) {
  const { ended, stdout, stderr } = startPortico(scope, args, folder, env);
  return { exit: await ended, stdout: stdout.join("\n"), stderr: stderr.join("\n") };
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? ""));
  });
}

function linesOf(stream: Readable): readonly string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on("line", (line) => lines.push(line));
  return lines;
}

/** A gateway that `portico run` serves. */
export interface Served extends Portico {
  readonly port: number;
  readonly monitoringPort: number;
  /** The folder of its documents, which it runs in. */
  readonly folder: string;
  /** The folder in which it makes its run folder. */
  readonly runs: string;
  /** Replaces a file in the folder. */
  write(name: string, text: string): Promise<void>;
}

/**
 * Serves documents (name of the file -> text; the first is the one that is run) with `portico run` until the scope ends. Resolves when it says
 * that it serves.
 */
export async function servePortico(scope: Scope, files: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<Served> {
  const folder = await temporaryFolder(scope);
  const runs = await temporaryFolder(scope);
  const write = (name: string, text: string) => replaceFile(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const [document = ""] = Object.keys(files);
  const [port, monitoringPort] = [await freePort(), await freePort()];
  const ports = ["--port", String(port), "--monitoring-port", String(monitoringPort), "--concurrency", "1"];
  const portico = startPortico(scope, ["run", document, ...ports, ...options], folder, { TMPDIR: runs });
  await portico.says(/^Ctrl-C ends it/);
  return { ...portico, port, monitoringPort, folder, runs, write };
}
