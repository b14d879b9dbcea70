import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ServiceAddress } from "../compile/engine.ts";
import { limitsDomain } from "../compile/envoy/global-limits.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { mayRun, onPath } from "./on-path.ts";
import { freePort } from "./port.ts";
import { type Supervised, supervise } from "./supervised.ts";

/** A service that counts for all gateways (envoyproxy/ratelimit), with a Redis of its own. */
export interface RunningLimitsService extends ServiceAddress {
  readonly pids: readonly (number | undefined)[];
  stop(): Promise<void>;
}

/** The programs it is made of, where each can be had, and the variable that names another one. */
const programs = {
  "redis-server": { variable: "PORTICO_REDIS", advice: "Install Redis, for example with `apt install redis-server`" },
  ratelimit: {
    variable: "PORTICO_RATELIMIT",
    advice: "Build it with Go: `GOBIN=~/bin go install github.com/envoyproxy/ratelimit/src/service_cmd@main`, and name it ratelimit",
  },
} as const;

const patienceMs = 10_000;

/** Starts both in a folder (whose path is short enough for a Unix socket). Fails with NoLimitsService where a program is not there, or does not begin to work. */
export async function startLimitsService(
  folder: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<Checked<RunningLimitsService>> {
  const [redis, ratelimit] = await Promise.all([find("redis-server", env), find("ratelimit", env)]);
  if (!redis.ok || !ratelimit.ok) return failed(...redis.problems, ...ratelimit.problems);
  const socket = join(folder, "run/redis.sock");
  const runtime = join(folder, "limits");
  await mkdir(join(runtime, "config"), { recursive: true, mode: 0o700 });
  await writeFile(join(runtime, "config/portico.yaml"), `domain: ${limitsDomain}\n`);
  const [port, httpPort, debugPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const start = (what: string, command: string, args: readonly string[], more: Readonly<Record<string, string>>): Supervised =>
    supervise({
      what,
      command,
      args,
      say,
      options: { cwd: folder, stdio: ["ignore", "ignore", "inherit"], env: { PATH: env.PATH, ...more } },
    });
  const inMemory = ["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket", socket, "--unixsocketperm", "700"];
  const started = [start("Redis", redis.value, inMemory, {})];
  const stop = async (): Promise<void> => void (await Promise.all(started.map((one) => one.stop())));
  const answering = async (where: { path: string } | { host: string; port: number }): Promise<boolean> => {
    for (const end = performance.now() + patienceMs; performance.now() < end; await pause(20)) if (await accepts(where)) return true;
    return false;
  };
  // It does not start without its Redis.
  const isReady =
    (await answering({ path: socket })) &&
    started.push(start("The service that counts", ratelimit.value, [], settings(runtime, socket, { port, httpPort, debugPort }))) > 0 &&
    (await answering({ host: loopback, port }));
  if (!isReady) {
    await stop();
    return failed(
      error("NoLimitsService", wholeFile("ratelimit"), `It did not begin to work in ${patienceMs / 1000} s; what it said is above.`),
    );
  }
  return checked(
    {
      host: loopback,
      port,
      get pids() {
        return started.map(({ pid }) => pid);
      },
      stop,
    },
    [],
  );
}

const loopback = "127.0.0.1";

/** Everything on loopback; what it counts comes with the questions, so that its own configuration is the name of the domain. */
const settings = (runtime: string, socket: string, ports: Readonly<Record<"port" | "httpPort" | "debugPort", number>>) => ({
  LOG_LEVEL: "error",
  USE_STATSD: "false",
  DISABLE_STATS: "true",
  REDIS_SOCKET_TYPE: "unix",
  REDIS_URL: socket,
  RUNTIME_ROOT: runtime,
  RUNTIME_SUBDIRECTORY: "",
  RUNTIME_WATCH_ROOT: "false",
  GRPC_HOST: loopback,
  GRPC_PORT: String(ports.port),
  HOST: loopback,
  PORT: String(ports.httpPort),
  DEBUG_HOST: loopback,
  DEBUG_PORT: String(ports.debugPort),
});

const accepts = (where: { path: string } | { host: string; port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(where);
    const said = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => said(true)).once("error", () => said(false));
  });

async function find(name: keyof typeof programs, env: NodeJS.ProcessEnv): Promise<Checked<string>> {
  const { variable, advice } = programs[name];
  const named = env[variable];
  for (const path of named === undefined ? onPath(name, env) : [named]) if (await mayRun(path)) return checked(path, []);
  const where = named === undefined ? "on PATH" : `at ${named} (${variable})`;
  return failed(
    error("NoLimitsService", wholeFile(name), `The program \`${name}\` is not ${where}. ${advice}, or name it in ${variable}.`),
  );
}
