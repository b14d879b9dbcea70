import { join, resolve } from "node:path";
import { findEnvoy } from "../apply/envoy/binary.ts";
import type { EnvoyBinary } from "../apply/envoy/binary-probe.ts";
import { type ServedGateway, serve } from "../apply/gateway.ts";
import { startLimitsService } from "../apply/limits-service.ts";
import { type MockBackend, startMockBackend } from "../apply/mock-backend.ts";
import { checkPort, freePort } from "../apply/port.ts";
import { makeRunFolder, type RunFolder } from "../apply/run-folder.ts";
import { trustedRoots } from "../apply/trusted-roots.ts";
import type { Environment } from "../compile/engine.ts";
import { mocksSocket } from "../compile/envoy/names.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { trustWithoutTls } from "../resolve/client-certificates.ts";
import { mockSources } from "../resolve/mock-source.ts";
import { checkCertificate } from "../source/certificate.ts";
import { agentProgram } from "./agent-program.ts";
import { compileGateway, type PreparedGateway } from "./prepare.ts";
import type { RunOptions } from "./run.ts";
import { tracesOf } from "./trace-options.ts";

/** A gateway that runs, with all that was started for it. */
export interface RunningGateway {
  readonly gateway: ServedGateway;
  readonly mocks: MockBackend;
  readonly folder: RunFolder;
  readonly environment: Environment;
  /** Ends all of it, and leaves nothing behind. */
  stop(): Promise<void>;
}

/** Where the gateway listens. */
type Places = Pick<Environment, "listener" | "monitoring">;

/** Starts Envoy, and what it needs. All that prevents it is said at once; `say` takes lines for the person, those of Envoy's log among them. */
export async function startGateway(
  prepared: PreparedGateway,
  options: RunOptions,
  say: (line: string) => void,
): Promise<Checked<RunningGateway>> {
  const places = await placesOf(options);
  if (!places.ok) return places;
  const models = prepared.apis.map(({ model }) => model);
  const untold = options.tlsCertificate === undefined ? trustWithoutTls(models, "Give --tls-certificate and --tls-key.") : [];
  if (untold.length > 0) return failed(...untold);
  const { listener, monitoring } = places.value;
  const [free, monitoringFree, binary, folder] = await Promise.all([
    checkPort(listener.host, listener.port),
    checkPort(monitoring.host, monitoring.port),
    findEnvoy({ given: options.envoy, env: process.env, say }),
    makeRunFolder(process.env),
  ]);
  if (!folder.ok) return folder;
  const started =
    free.ok && monitoringFree.ok && binary.ok
      ? await startIn(folder.value, binary.value, places.value, prepared, options, say)
      : failed(...free.problems, ...monitoringFree.problems, ...binary.problems);
  if (!started.ok) await folder.value.remove();
  return started;
}

async function startIn(
  folder: RunFolder,
  binary: EnvoyBinary,
  places: Places,
  prepared: PreparedGateway,
  { trustedHops, debug, concurrency, ratelimit, withRatelimit, env, otlp, tracePercent }: RunOptions,
  say: (line: string) => void,
): Promise<Checked<RunningGateway>> {
  const counter = withRatelimit === true ? await startLimitsService(folder.path, process.env, say) : undefined;
  if (counter?.ok === false) return counter;
  const mocks = await startMockBackend(mockSources(prepared.apis), join(folder.path, mocksSocket));
  if (!mocks.ok) {
    await counter?.value.stop();
    return mocks;
  }
  const environment: Environment = {
    ...places,
    trustedHops,
    mockSocket: mocksSocket,
    limitsService: counter?.value ?? ratelimit,
    traces: tracesOf({ otlp, tracePercent }),
    trustedRoots: await trustedRoots(folder.path, process.env),
    values: prepared.values,
    debug,
  };
  const files = compileGateway(prepared, environment);
  const gateway = !files.ok
    ? files
    : await serve(binary, files.value, {
        folder: folder.path,
        concurrency,
        agentProgram: agentProgram(),
        env,
        say,
        accessLog: "inherit",
        onLog: (line) => say(`envoy: ${line}`),
      });
  if (!gateway.ok) {
    await mocks.value.close();
    await counter?.value.stop();
    return gateway;
  }
  const stop = async (): Promise<void> => {
    await gateway.value.stop();
    await mocks.value.close();
    await counter?.value.stop();
    await folder.remove();
  };
  return checked({ gateway: gateway.value, mocks: mocks.value, folder, environment, stop }, []);
}

const loopback = /^(127\.|::1$)/;

/** Where to listen, unless no gateway is started there. A port that is 0 becomes a free one. */
async function placesOf({ host, port, monitoringPort, unprotected, dev, tlsCertificate, tlsKey }: RunOptions): Promise<Checked<Places>> {
  if ((unprotected || dev) && !loopback.test(host)) {
    return failed(
      error(
        "NotLoopback",
        wholeFile(host),
        `Operations are ${unprotected ? "let unprotected" : "tried out with throw-away credentials"} on this machine alone. Leave --host out, or leave ${unprotected ? "--unprotected" : "--dev"} out.`,
      ),
    );
  }
  if (port === monitoringPort && port !== 0) {
    return failed(
      error(
        "PortTaken",
        wholeFile(`--monitoring-port ${port}`),
        "The gateway and its monitoring cannot listen on one port. Choose another one, or leave --monitoring-port out: then it is a free one.",
      ),
    );
  }
  const tls = await tlsFiles(tlsCertificate, tlsKey);
  if (!tls.ok) return tls;
  const free = async (asked: number): Promise<number> => (asked === 0 ? freePort() : asked);
  return checked(
    {
      listener: { host, port: await free(port), tls: tls.value },
      monitoring: { host: "127.0.0.1", port: await free(monitoringPort) },
    },
    [],
  );
}

/** The certificate and its key, looked at before Envoy is: it would say less. */
async function tlsFiles(certificate: string | undefined, key: string | undefined): Promise<Checked<Environment["listener"]["tls"]>> {
  if (certificate === undefined && key === undefined) return checked(undefined, []);
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? "--tls-certificate" : "--tls-key";
    return failed(
      error(
        "MissingField",
        wholeFile(missing),
        "A certificate and its private key belong together. Give both --tls-certificate and --tls-key.",
      ),
    );
  }
  const usable = await checkCertificate({ certificate, key });
  return usable.ok ? checked({ certificate: resolve(certificate), key: resolve(key) }, []) : usable;
}
