import { spawn } from "node:child_process";
import { constants } from "node:os";
import { text } from "node:stream/consumers";
import { isatty } from "node:tty";

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

/** What begins a command that is alone: it ends with who started it (prctl(2): PR_SET_PDEATHSIG), and with its first process all others. */
const alone = ["setpriv", "--pdeathsig=KILL", "unshare", "--pid", "--mount-proc", "--fork", "--kill-child", "setsid", "--fork", "--wait"];

/**
 * The same for a program that signals its whole process group, or that must not outlive this one: it has a session and process numbers of its own, and
 * what it mounts is gone with it. Needs root.
 */
export const runAlone = (command: readonly string[], options: CommandOptions = {}): Promise<string> => run([...alone, ...command], options);

let toldToEnd = false;

/** Whether this program was told to end while it ran another one in the foreground. */
export const wasToldToEnd = (): boolean => toldToEnd;

/**
 * Runs a program with this one's own input and output to its end; its exit code, as a shell says it (130 after Ctrl-C). What this program is told, it tells that
 * one, and waits for what comes of it. Ctrl-C on a terminal both are told by the terminal: twice means another thing to some.
 */
export function runInForeground(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const [program = "", ...args] = command;
  const onTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const tell = (signal: NodeJS.Signals): void => {
    toldToEnd = true;
    if (signal !== "SIGINT" || !onTerminal) child.kill(signal);
  };
  const told = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  // Before that program is there: it may be told to end as soon as it runs.
  for (const signal of told) process.on(signal, tell);
  const child = spawn(program, args, { env, stdio: "inherit" });
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => {
    for (const signal of told) process.off(signal, tell);
  });
}
