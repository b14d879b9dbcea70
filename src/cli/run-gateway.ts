import { resolve } from "node:path";
import { findEnvoy } from "../apply/envoy/binary.ts";
import { type ServedGateway, serve } from "../apply/gateway.ts";
import { type MockBackend, startMockBackend } from "../apply/mock-backend.ts";
import { checkPort, freePort } from "../apply/port.ts";
import { makeRunFolder, type RunFolder } from "../apply/run-folder.ts";
import { trustedRoots } from "../apply/trusted-roots.ts";
import type { Environment } from "../compile/engine.ts";
import { type Checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { mockSources } from "../resolve/mock-source.ts";
import { watchPaths } from "../source/watch.ts";
import { compileGateway, type PreparedGateway, prepareGateway } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";
import type { RunOptions } from "./run.ts";
import { greeting } from "./run-greeting.ts";

/** A gateway that runs, with all that was started for it. */
interface Running {
  readonly gateway: ServedGateway;
  readonly mocks: MockBackend;
  readonly folder: RunFolder;
  readonly environment: Environment;
}

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Serves documents until somebody ends it; the exit code. */
export async function run(documents: readonly string[], options: RunOptions): Promise<number> {
  const noticed = new Set<string>();
  const prepare = () =>
    prepareGateway({ documents, resources: options.resources, references: options.refs }, settingsOf(options), (path) => noticed.add(path));
  const stopAsked = untilStopAsked();
  const prepared = await prepare();
  if (!prepared.ok) return report(prepared.problems);
  reportProblems(prepared.problems, prepared.value.files, process.stderr);
  const running = await start(prepared.value, options);
  if (!running.ok) return report(running.problems);
  say(greeting(prepared.value, running.value.environment, options));
  const following = options.watch ? follow(running.value, prepare, noticed) : undefined;
  const end = await Promise.race([stopAsked, running.value.gateway.envoy.ended]);
  following?.close();
  await stop(running.value);
  if (end === "asked") return 0;
  return report([
    error("EnvoyFailed", wholeFile("envoy"), "Envoy ended by itself. Start again; if it goes on, please report it with Envoy's log above."),
  ]);
}

function report(problems: readonly Problem[]): number {
  reportProblems(problems, [], process.stderr);
  return 1;
}

const settingsOf = ({ mock, unprotected }: RunOptions) => ({ mock, credentials: unprotected ? "unprotected" : "refuse" }) as const;

function untilStopAsked(): Promise<"asked"> {
  return new Promise((asked) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => asked("asked"));
  });
}

async function start(prepared: PreparedGateway, options: RunOptions): Promise<Checked<Running>> {
  const refused = refusal(options);
  if (refused !== undefined) return failed(refused);
  const [free, binary, folder, monitoringPort] = await Promise.all([
    checkPort(options.host, options.port),
    findEnvoy({ given: options.envoy, env: process.env, say }),
    makeRunFolder(process.env),
    options.monitoringPort === 0 ? freePort() : options.monitoringPort,
  ]);
  const monitoringFree = await checkPort("127.0.0.1", monitoringPort);
  if (!folder.ok) return folder;
  if (!free.ok || !monitoringFree.ok || !binary.ok) {
    await folder.value.remove();
    return failed(...free.problems, ...monitoringFree.problems, ...binary.problems);
  }
  const mocks = await startMockBackend(mockSources(prepared.apis), `${folder.value.path}/mocks.sock`);
  if (!mocks.ok) return mocks;
  const environment = environmentOf(options, monitoringPort, await trustedRoots(folder.value.path, process.env));
  const gateway = await serve(binary.value, compileGateway(prepared, environment), {
    folder: folder.value.path,
    concurrency: options.concurrency,
    accessLog: "inherit",
    onLog: (line) => say(`envoy: ${line}`),
  });
  if (gateway.ok)
    return { ok: true, value: { gateway: gateway.value, mocks: mocks.value, folder: folder.value, environment }, problems: [] };
  await mocks.value.close();
  await folder.value.remove();
  return gateway;
}

const loopback = /^(127\.|::1$)/;

/** What no gateway is started for. */
function refusal({ host, unprotected, tlsCertificate, tlsKey }: RunOptions): Problem | undefined {
  if (unprotected && !loopback.test(host)) {
    return error(
      "NotLoopback",
      wholeFile(host),
      "Operations that need a credential are let unprotected on this machine alone. Leave --host out, or leave --unprotected out.",
    );
  }
  if ((tlsCertificate === undefined) !== (tlsKey === undefined)) {
    return error(
      "MissingField",
      wholeFile("--tls-certificate"),
      "A certificate and its key belong together. Give both --tls-certificate and --tls-key.",
    );
  }
  return undefined;
}

function environmentOf({ host, port, trustedHops, debug, tlsCertificate, tlsKey }: RunOptions, monitoringPort: number, roots: string): Environment {
  const tls =
    tlsCertificate === undefined || tlsKey === undefined ? undefined : { certificate: resolve(tlsCertificate), key: resolve(tlsKey) };
  return {
    listener: { host, port, tls },
    monitoring: { host: "127.0.0.1", port: monitoringPort },
    trustedHops,
    mockSocket: "mocks.sock",
    trustedRoots: roots,
    debug,
  };
}

async function stop({ gateway, mocks, folder }: Running): Promise<void> {
  await gateway.envoy.stop();
  await mocks.close();
  await folder.remove();
}

/** Takes every change of what was noticed, one after the other; a wrong one is said, and the state before serves on. */
function follow(
  { gateway, mocks, environment }: Running,
  prepare: () => Promise<Checked<PreparedGateway>>,
  noticed: Set<string>,
): { close(): void } {
  let busy = Promise.resolve();
  const take = async (): Promise<void> => {
    const began = performance.now();
    const prepared = await prepare();
    watch.follow([...noticed]);
    reportProblems(prepared.problems, prepared.ok ? prepared.value.files : [], process.stderr);
    if (!prepared.ok) return say("The change was not taken: the state before serves on.");
    mocks.replace(mockSources(prepared.value.apis));
    const replaced = await gateway.replace(compileGateway(prepared.value, environment));
    if (!replaced.ok) return reportProblems(replaced.problems, [], process.stderr);
    if (!replaced.value) return;
    const operations = prepared.value.apis.reduce((sum, { model }) => sum + model.operations.length, 0);
    say(`Changed: ${operations} operations, in effect after ${Math.round(performance.now() - began)} ms.`);
  };
  const watch = watchPaths(() => {
    busy = busy.then(take);
  });
  watch.follow([...noticed]);
  return watch;
}
