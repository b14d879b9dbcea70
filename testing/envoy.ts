import assert from "node:assert/strict";
import { join } from "node:path";
import type { AdminClient } from "../src/apply/envoy/admin.ts";
import { type EnvoyBinary, findEnvoy } from "../src/apply/envoy/binary.ts";
import { startEnvoy } from "../src/apply/envoy/process.ts";
import { makeRunFolder, writeAtomically } from "../src/apply/run-folder.ts";
import type { Checked } from "../src/problem.ts";
import type { Scope } from "./scope.ts";

export interface LiveEnvoy {
  /** The run folder, as `mounted/` and `image/` are relative to it. */
  readonly folder: string;
  readonly pid: number;
  readonly admin: AdminClient;
  /** The lines of the access log, and of Envoy's own log, so far. */
  readonly accessLog: readonly string[];
  readonly log: readonly string[];
  /** Replaces one gateway file, by its path in the folder, as a running Portico does. */
  write(path: string, text: string): Promise<void>;
}

/** The value, or a failed test that names the Problems. */
export function must<T>(result: Checked<T>): T {
  assert.ok(result.ok, result.problems.map(({ reason, message }) => `${reason}: ${message}`).join("\n"));
  return result.value;
}

/** The Envoy that `portico run` would take here. */
export async function testEnvoy(): Promise<EnvoyBinary> {
  return must(await findEnvoy({ env: process.env, say: (line) => process.stderr.write(`${line}\n`) }));
}

/** How many Envoys a test file has at a time, at most: an Envoy takes up to nine of the 128 inotify instances that Linux gives a user, and two files are tested at once. */
const most = 6;
let serving = 0;

/**
 * Serves gateway files (path in the folder -> text) with a real Envoy, of one worker unless said, until the scope ends. The ports are those
 * in the files: take them from `freePort` before compiling.
 */
export async function withEnvoy(scope: Scope, files: ReadonlyMap<string, string>, workers = 1): Promise<LiveEnvoy> {
  const binary = await testEnvoy();
  assert.ok(serving < most, `${most} Envoys serve already: give each a scope that ends before the next begins (within).`);
  serving += 1;
  const folder = must(await makeRunFolder(process.env));
  let stop: (() => Promise<void>) | undefined;
  scope.after(async () => {
    await stop?.();
    serving -= 1;
    await folder.remove();
  });
  const write = (path: string, text: string) => writeAtomically(join(folder.path, path), text);
  for (const [path, text] of files) await write(path, text);
  const accessLog: string[] = [];
  const log: string[] = [];
  const started = await startEnvoy(binary, {
    folder: folder.path,
    concurrency: workers,
    accessLog: (line) => accessLog.push(line),
    onLog: (line) => log.push(line),
  });
  assert.ok(started.ok, () => [...started.problems.map(({ message }) => message), ...log.slice(-60)].join("\n"));
  const envoy = started.value;
  stop = envoy.stop;
  return { folder: folder.path, pid: envoy.pid, admin: envoy.admin, accessLog, log, write };
}
