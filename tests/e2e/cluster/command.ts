import { spawn } from "node:child_process";
import { constants } from "node:os";
import { text } from "node:stream/consumers";

interface CommandOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/**
 * Runs a program to its end and resolves with what it wrote to stdout. When it fails, the error says what it wrote to stderr. A program gets no
 * input unless it is given.
 */
export async function run(command: readonly string[], { input, env = process.env, cwd }: CommandOptions = {}): Promise<string> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env, ...(cwd === undefined ? {} : { cwd }), stdio: ["pipe", "pipe", "pipe"] });
  // A program that does not read its input is none the worse for it.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? ""));
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Runs a program with this one's own input and output, and ends it when this one is told to end; its exit code, as a shell says it. */
export function runInForeground(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env, stdio: "inherit" });
  const end = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  process.on("SIGTERM", end);
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => process.off("SIGTERM", end));
}
