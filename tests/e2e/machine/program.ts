import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../cluster/main.ts", import.meta.url));

const start = ([program = "", ...args]: readonly string[]): ChildProcess => spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });

/** What `npm run cluster` runs. */
export const clusterCommand = (...args: readonly string[]): readonly string[] => [process.execPath, main, ...args];

/** Runs it to its end. */
export async function cluster(...args: readonly string[]) {
  const child = start(clusterCommand(...args));
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout?.on("data", (chunk) => stdout.push(String(chunk)));
  child.stderr?.on("data", (chunk) => stderr.push(String(chunk)));
  const [exit] = await once(child, "close");
  return { exit, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** Starts a program and kills it (SIGKILL) as soon as it says a line that matches. It is an error when it ends without having said one. */
export async function killedWhenItSays(pattern: RegExp, command: readonly string[]): Promise<void> {
  const child = start(command);
  // Not until its output ends: what it started may hold that for longer.
  const ended = once(child, "exit");
  for (const input of [child.stdout, child.stderr]) {
    if (input === null) continue;
    createInterface({ input }).on("line", (line) => {
      if (pattern.test(line)) child.kill("SIGKILL");
    });
  }
  const [code, signal] = await ended;
  assert.equal(signal, "SIGKILL", `${command.join(" ")} ended with ${code}, and said no ${pattern}`);
}
