import assert from "node:assert/strict";
import { type SpawnOptions, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { Scope } from "../../testing/scope.ts";

/** What the program left when it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The most memory that V8 takes for objects, in MiB. */
  readonly heap?: number;
  readonly uid?: number;
  /** How long it may take; ten seconds unless more is needed. */
  readonly deadlineMs?: number;
}

const program = resolve(import.meta.dirname, "../../src/cli/portico.ts");

/** Runs the real program as a child, to its end; one that does not end in time, or that shows a stack, is a failed test. */
export async function portico(args: readonly string[], { cwd, env, heap, uid, deadlineMs = 10_000 }: Surroundings = {}): Promise<Ended> {
  const options: SpawnOptions = {
    cwd,
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: deadlineMs,
    killSignal: "SIGKILL",
  };
  const child = spawn(process.execPath, [...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]), program, ...args], {
    ...options,
    ...(uid === undefined ? {} : { uid }),
  });
  const ended = new Promise<number | null>((end, fail) => child.once("error", fail).once("close", end));
  assert.ok(child.stdout && child.stderr);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  assert.notEqual(code, null, `portico ${args.join(" ")} did not end in ${deadlineMs / 1000} s\n${stderr}`);
  assert.doesNotMatch(stdout + stderr, /^\s+at .*(:\d+:\d+\)?|\(native\)|<anonymous>)$/m);
  return { code, stdout, stderr };
}

/** A new folder with these files in it, by their paths; it is gone when the scope ends. */
export async function folderWith(scope: Scope, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-cli-"));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

const report = z.strictObject({
  problems: z.array(
    z.strictObject({
      severity: z.enum(["error", "warning"]),
      reason: z.string(),
      message: z.string(),
      source: z.string(),
      line: z.int(),
      column: z.int(),
      pointer: z.string(),
      help: z.string(),
    }),
  ),
  documents: z.array(z.string()),
  errors: z.int(),
  warnings: z.int(),
});

export type Report = z.infer<typeof report>;

/** What `--format json` wrote. */
export const reportOf = ({ stdout }: Ended): Report => report.parse(JSON.parse(stdout));

/** The Problems of a report, a line each: `error NotYaml openapi.yaml:3:1 /paths`. */
export const problemLines = ({ problems }: Report): readonly string[] =>
  problems.map(({ severity, reason, source, line, column, pointer }) =>
    `${severity} ${reason} ${source}:${line}:${column} ${pointer}`.trimEnd(),
  );
