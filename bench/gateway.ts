import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleGateway } from "../scripts/bundle.ts";
import { superviseAgent } from "../src/apply/agent-process.ts";
import { findEnvoy } from "../src/apply/envoy/binary.ts";
import { startEnvoy } from "../src/apply/envoy/process.ts";
import { makeRunFolder, writeAtomically } from "../src/apply/run-folder.ts";
import type { GatewayFiles } from "../src/compile/engine.ts";
import { agentPath } from "../src/compile/envoy/agent-file.ts";
import { envoy } from "../src/compile/envoy/engine.ts";
import { versionOf } from "../src/compile/envoy/update.ts";
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
  const targets = [{ tls: false, host: "127.0.0.1", port: Number(backendPort), weight: 1, group: 0 }];
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
  /** Of the policy agent, where the files have a configuration for it. */
  readonly agentPid: number | undefined;
  /** How long Envoy took to be ready (milliseconds). */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** The program that gateways run beside Envoy, as it is published. */
const bundled = ((): (() => Promise<string>) => {
  let made: Promise<string> | undefined;
  return () => {
    made ??= (async () => {
      const folder = await mkdtemp(join(tmpdir(), "portico-bench-agent-"));
      process.once("exit", () => rmSync(folder, { recursive: true }));
      await bundleGateway(folder);
      return join(folder, "agent.js");
    })();
    return made;
  };
})();

/** Serves files that are made for a port, with one worker thread. */
export async function serveFiles(make: (port: number, monitoring: number) => GatewayFiles): Promise<Served> {
  const binary = must(await findEnvoy({ env: process.env, say: () => {} }));
  const folder = must(await makeRunFolder(process.env));
  const [port, monitoring] = [await freePort(), await freePort()];
  const files = make(port, monitoring);
  for (const [path, text] of files) await writeAtomically(join(folder.path, path), text);
  const agent = files.has(agentPath) ? superviseAgent({ program: await bundled(), folder: folder.path, say: () => {} }) : undefined;
  await agent?.inEffect(versionOf(files.get(agentPath) ?? ""));
  const began = performance.now();
  const running = must(await startEnvoy(binary, { folder: folder.path, concurrency: 1, accessLog: "ignore" }));
  const startMs = performance.now() - began;
  const stop = async (): Promise<void> => {
    await running.stop();
    await agent?.stop();
    await folder.remove();
  };
  return { port, pid: running.pid, agentPid: agent?.pid, startMs, stop };
}
