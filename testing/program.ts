import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Scope } from "./scope.ts";
import { until } from "./until.ts";

const program = fileURLToPath(new URL("../src/cli/portico.ts", import.meta.url));

/** The words of a command line as a shell takes them apart: single and double quotes, nothing else. */
export const shellWords = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? plain ?? "");

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  args: readonly string[],
  cwd: string,
): { readonly child: ChildProcess; readonly printed: { stdout: string; stderr: string } } {
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { stdout: "", stderr: "" };
  child.stdout?.on("data", (part: Buffer) => {
    printed.stdout += part.toString();
  });
  child.stderr?.on("data", (part: Buffer) => {
    printed.stderr += part.toString();
  });
  return { child, printed };
}

/** Runs `portico` to its end. */
export async function portico(args: readonly string[], cwd: string): Promise<Ended> {
  const { child, printed } = start(args, cwd);
  await once(child, "close");
  return { exitCode: child.exitCode, ...printed };
}

/** Starts `portico run` and waits until it serves; it is ended with the scope. What it prints grows. */
export async function porticoRun(
  scope: Scope,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { child, printed } = start(["run", ...args], cwd);
  const closed = once(child, "close");
  scope.after(async () => {
    child.kill("SIGTERM");
    await closed;
  });
  await until(
    `portico run ${args.join(" ")} serves: ${printed.stderr}`,
    () => printed.stderr.includes("Serving ") || child.exitCode !== null,
    20_000,
  );
  return printed;
}
