import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { adminSocket } from "../../compile/envoy/names.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../../problem.ts";
import { type AdminClient, adminClient } from "./admin.ts";
import type { EnvoyBinary } from "./binary-probe.ts";
import { guardScript } from "./guard.ts";
import { type RecentLog, recentLog } from "./log.ts";

export interface StartOptions {
  /** The run folder: Envoy's working folder, which all paths in its configuration are relative to. Its admin socket is in it. */
  readonly folder: string;
  /** Worker threads; one per processor unless said. */
  readonly concurrency?: number | undefined;
  readonly logLevel?: "trace" | "debug" | "info" | "warning" | "error" | "critical" | "off" | undefined;
  /** Where Envoy's standard output goes: to ours, to nowhere, or line by line to a function. */
  readonly accessLog: "inherit" | "ignore" | ((line: string) => void);
  /** Takes the lines of Envoy's own log (standard error). */
  readonly onLog?: ((line: string) => void) | undefined;
}

/** How Envoy ended: its exit code, or the signal that ended it. */
export interface Ended {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

export interface RunningEnvoy {
  readonly pid: number;
  readonly admin: AdminClient;
  /** Resolves, and never rejects, when Envoy and all that was started with it are gone. */
  readonly ended: Promise<Ended>;
  /** Ends Envoy: SIGTERM, and SIGKILL after 5 s. Resolves when it is gone. */
  stop(): Promise<void>;
}

const startPatience = 60_000;
const stopPatience = 5_000;
const pause = 5;

/**
 * Starts Envoy with `mounted/bootstrap.json` of the run folder and waits until it serves: at most 60 s. It is in a process group of its
 * own, so that a terminal's Ctrl-C reaches only us, and is gone when our process is, even after SIGKILL. An Envoy that starts but
 * refuses a listener, a cluster or routes has failed too.
 */
export async function startEnvoy(binary: EnvoyBinary, options: StartOptions): Promise<Checked<RunningEnvoy>> {
  const child = launch(binary, options);
  const log = recentLog();
  eachLine(child.stderr, (line) => {
    log.add(line);
    options.onLog?.(line);
  });
  if (typeof options.accessLog === "function") eachLine(child.stdout, options.accessLog);
  const ended = endOf(child, log);
  const envoy: RunningEnvoy = {
    pid: await pidOf(child, ended),
    admin: adminClient(join(options.folder, adminSocket)),
    ended,
    stop: once(() => stop(child, ended)),
  };
  const wrong = await untilServing(envoy, log);
  if (wrong === undefined) return checked(envoy, []);
  await envoy.stop();
  return failed(wrong);
}

function launch(binary: EnvoyBinary, { folder, concurrency, logLevel, accessLog }: StartOptions): ChildProcess {
  const flags = ["-c", "mounted/bootstrap.json", "--disable-hot-restart", "--log-level", logLevel ?? "warning"];
  // A person looks at the access log: ten seconds, as Envoy has it, is too long to wait for a line.
  flags.push("--file-flush-interval-msec", "250");
  if (concurrency !== undefined) flags.push("--concurrency", String(concurrency));
  const stdout = typeof accessLog === "function" ? "pipe" : accessLog;
  const child = spawn("sh", ["-c", guardScript, "envoy", binary.path, ...flags], {
    cwd: folder,
    detached: true,
    stdio: ["pipe", stdout, "pipe", "pipe"],
  });
  // Writing to a guard that just ended fails; that it ended is said by `ended`.
  child.stdin?.on("error", () => undefined);
  // A guard that was killed itself leaves its watching half alone with Envoy: closing the pipe makes that half end Envoy.
  child.on("exit", () => child.stdin?.destroy());
  return child;
}

function eachLine(stream: Readable | null, take: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on("line", take);
}

/** The streams are closed when the last process that held them is gone, so `close` and not `exit` is the end. */
function endOf(child: ChildProcess, log: RecentLog): Promise<Ended> {
  return new Promise((resolve) => {
    child.once("error", (failure) => {
      log.add(failure.message);
      resolve({ code: undefined, signal: undefined });
    });
    child.once("close", (code, signal) => resolve(translate(code, signal)));
  });
}

/** A shell says 128 and the number of the signal for a child that a signal ended. */
function translate(code: number | null, signal: string | null): Ended {
  const [name] = Object.entries(constants.signals).find(([, number]) => number + 128 === code) ?? [];
  return { code: name === undefined ? (code ?? undefined) : undefined, signal: name ?? signal ?? undefined };
}

function pidOf(child: ChildProcess, ended: Promise<Ended>): Promise<number> {
  const pipe = child.stdio[3];
  return new Promise((resolve) => {
    if (pipe instanceof Readable) eachLine(pipe, (line) => resolve(Number(line)));
    ended.then(() => resolve(0));
  });
}

/** Asked again, it gives the first answer: a second SIGTERM would hit an Envoy that is ending and no longer catches it. */
function once<T>(act: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: act() };
    return result.value;
  };
}

async function stop(child: ChildProcess, ended: Promise<Ended>): Promise<void> {
  for (const signal of ["TERM", "KILL"]) {
    if (child.stdin instanceof Writable && child.stdin.writable) child.stdin.write(`${signal}\n`);
    if ((await within(stopPatience, ended)) !== undefined) return;
  }
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  const late = wait(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
  const first = await Promise.race([promise, late]);
  timer.abort();
  return first;
}

/** Envoy gives no event when it is ready, so its admin socket is asked every few milliseconds. Resolves with what is wrong, if anything is. */
async function untilServing({ admin, ended }: RunningEnvoy, log: RecentLog): Promise<Problem | undefined> {
  const deadline = performance.now() + startPatience;
  while (performance.now() < deadline) {
    const answer = await Promise.race([admin.get("/ready"), ended]);
    if (answer !== undefined && !("body" in answer)) return failure(`Envoy ended ${showEnd(answer)}`, log);
    if (answer?.status === 200) {
      const refused = await admin.stats(/update_rejected$|listener_create_failure$/);
      return [...refused.values()].some((count) => count !== 0) ? failure("Envoy refused the configuration", log) : undefined;
    }
    await within(pause, ended);
  }
  return failure(`Envoy did not become ready within ${startPatience / 1000} s`, log);
}

const showEnd = ({ code, signal }: Ended): string => (signal === undefined ? `with exit code ${code ?? "unknown"}` : `by ${signal}`);

function failure(what: string, log: RecentLog): Problem {
  const words = log.complaint();
  const [, address] = /cannot bind '([^']+)': Address already in use/.exec(words) ?? [];
  if (address !== undefined)
    return error("PortTaken", wholeFile(address), `Another program listens on ${address}. Stop it, or choose another port with --port.`);
  if (words.includes("fs.inotify.max_user_instances"))
    return error(
      "EnvoyFailed",
      wholeFile("envoy"),
      `${what}: this machine lets a user watch no more files (inotify), and Envoy watches each of its own. Let it watch more: sysctl fs.inotify.max_user_instances=1024.`,
    );
  return error(
    "EnvoyFailed",
    wholeFile("envoy"),
    `${what}${words === "" ? "" : `: ${words}`}. If your document caused this, please report it: Portico should have said so itself.`,
  );
}
