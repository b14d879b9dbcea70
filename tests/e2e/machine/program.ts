import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../cluster/main.ts", import.meta.url));

/** What `npm run cluster` runs, as a child. */
function startCluster(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs it to its end. */
export async function cluster(...args: readonly string[]) {
  const child = startCluster(...args);
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout?.on("data", (chunk) => stdout.push(String(chunk)));
  child.stderr?.on("data", (chunk) => stderr.push(String(chunk)));
  const [exit] = await once(child, "close");
  return { exit, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** Starts it and kills it (SIGKILL) as soon as it says something that matches. */
export async function killedWhenItSays(pattern: RegExp, ...args: readonly string[]): Promise<void> {
  const child = startCluster(...args);
  const ended = once(child, "close");
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (pattern.test(line)) child.kill("SIGKILL");
    });
  }
  await ended;
}
