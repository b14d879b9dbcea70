import { join } from "node:path";
import { findEnvoy } from "../src/apply/envoy/binary.ts";
import { startEnvoy } from "../src/apply/envoy/process.ts";
import { makeRunFolder, writeAtomically } from "../src/apply/run-folder.ts";
import type { GatewayFiles } from "../src/compile/engine.ts";
import { envoy } from "../src/compile/envoy/engine.ts";
import type { ApiModel } from "../src/model/api.ts";
import { noValues } from "../src/model/values.ts";
import { readDocument } from "../src/openapi/read.ts";
import { type Checked, checked } from "../src/problem.ts";
import { resolveApi } from "../src/resolve/api.ts";
import { parseOne } from "../src/text/parse.ts";
import { freePort } from "../testing/free-port.ts";

/** The value, or the end of the bench with the Problems. */
export function must<T>(result: Checked<T>): T {
  if (result.ok) return result.value;
  throw new Error(result.problems.map(({ reason, message }) => `${reason}: ${message}`).join("\n"));
}

export const noResources = { apis: new Map(), targetEndpoints: new Map(), rateLimitings: new Map(), securities: new Map() };

/** The model of a document's text, with its requests sent to a backend on this machine, or mocked. */
export function modelOf(text: string, backendPort: number | "mock"): ApiModel {
  const document = must(readDocument({ root: must(parseOne("bench.json", text)), files: new Map() }));
  const surveyed = resolveApi(document, noResources, { mock: backendPort === "mock", credentials: "unprotected" });
  const model = must(checked(surveyed.model, surveyed.problems));
  const targets = [{ tls: false, host: "127.0.0.1", port: Number(backendPort) }];
  return { ...model, backends: model.backends.map((backend) => ({ ...backend, targets })) };
}

/** The files of a gateway for models. */
export const filesOf = (models: readonly ApiModel[], port: number, monitoring: number): GatewayFiles =>
  envoy.compile(models, {
    listener: { host: "127.0.0.1", port, tls: undefined },
    monitoring: { host: "127.0.0.1", port: monitoring },
    trustedHops: 0,
    mockSocket: "run/mocks.sock",
    trustedRoots: "/etc/ssl/certs/ca-certificates.crt",
    values: noValues,
    debug: false,
  });

export interface Served {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Serves files that are made for a port, with one worker thread. */
export async function serveFiles(make: (port: number, monitoring: number) => GatewayFiles): Promise<Served> {
  const binary = must(await findEnvoy({ env: process.env, say: () => {} }));
  const folder = must(await makeRunFolder(process.env));
  const [port, monitoring] = [await freePort(), await freePort()];
  for (const [path, text] of make(port, monitoring)) await writeAtomically(join(folder.path, path), text);
  const running = must(await startEnvoy(binary, { folder: folder.path, concurrency: 1, accessLog: "ignore" }));
  const stop = async (): Promise<void> => {
    await running.stop();
    await folder.remove();
  };
  return { port, pid: running.pid, stop };
}
