import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type AgentProcess, superviseAgent } from "../../src/apply/agent-process.ts";
import type { GatewayFiles, ServiceAddress, TlsFiles, TraceCollector } from "../../src/compile/engine.ts";
import { agentPath } from "../../src/compile/envoy/agent-file.ts";
import { versionOf } from "../../src/compile/envoy/update.ts";
import type { AddressLists } from "../../src/model/addresses.ts";
import { type Backend, startBackend } from "../../testing/backend.ts";
import { type LiveEnvoy, must, withEnvoy } from "../../testing/envoy.ts";
import { freePort } from "../../testing/free-port.ts";
import { caseValues, compileCase, type GoldenCase, resolveCase } from "../../testing/golden-case.ts";
import { type Answer, send } from "../../testing/raw-request.ts";
import type { Scope } from "../../testing/scope.ts";

const settings: GoldenCase["settings"] = { mock: false, credentials: "refuse", debug: false, trustedHops: 0, requests: [] };

/** A gateway with a real Envoy before a backend that echoes. */
interface ProtectedGateway {
  readonly port: number;
  /** Where it says whether it is ready, and its metrics. */
  readonly monitoring: number;
  readonly backend: Backend;
  readonly envoy: LiveEnvoy;
  /** The policy agent that runs beside it, where a Security needs it. */
  readonly agent: AgentProcess | undefined;
  /** The answer to a GET, or to another method where the target begins with one. */
  get(target: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Serves a document and its resources, as values that go into YAML; requests go to the backend. */
export async function protectedGateway(
  scope: Scope,
  document: Readonly<Record<string, unknown>>,
  resources: readonly object[],
  surroundings: {
    readonly trustedRoots?: string;
    readonly tls?: TlsFiles;
    readonly trustedHops?: number;
    readonly addresses?: AddressLists;
    readonly limitsService?: ServiceAddress;
    readonly traces?: TraceCollector;
    /** How many of Envoy's workers answer; one unless said. */
    readonly workers?: number;
    /** What is changed in the compiled files, to see whether that is noticed. */
    readonly mutated?: (files: GatewayFiles) => GatewayFiles;
  } = {},
): Promise<ProtectedGateway> {
  const backend = await startBackend(scope);
  const whole = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    ...document,
    "x-portico": { backend: { url: backend.url }, ...Object(document["x-portico"]) },
  };
  const input = [whole, ...resources].map((one) => JSON.stringify(one)).join("\n---\n");
  const apis = must(resolveCase({ input, settings }));
  const [port, monitoring] = [await freePort(), await freePort()];
  const { mutated = (files) => files, workers, ...more } = surroundings;
  const files = new Map(mutated(compileCase(apis, settings, { port, monitoring, values: caseValues({ input }), ...more })));
  const envoy = await withEnvoy(scope, files, workers);
  const agent = await agentOf(scope, envoy.folder, files);
  const get = (target: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    send(port, { send: /^[A-Z]+ /.test(target) ? target : `GET ${target}`, headers });
  return { port, monitoring, backend, envoy, agent, get };
}

async function agentOf(scope: Scope, folder: string, files: ReadonlyMap<string, string>): Promise<AgentProcess | undefined> {
  const configuration = files.get(agentPath);
  if (configuration === undefined) return undefined;
  const agent = superviseAgent({ program, folder, say: () => {} });
  scope.after(() => agent.stop());
  assert.ok(await agent.inEffect(versionOf(configuration)));
  return agent;
}

const program = fileURLToPath(new URL("../../src/cli/agent.ts", import.meta.url));

/** A Security of another kind. */
export const security = (name: string, spec: object): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "Security",
  metadata: { name },
  spec,
});

/** A Secret. */
export const secret = (name: string, stringData: Readonly<Record<string, string>>): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name },
  stringData,
});

/** A Security of the kind jwt. */
export const tokenSecurity = (name: string, jwt: object, more: object = {}): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "Security",
  metadata: { name },
  spec: { type: "jwt", jwt, ...more },
});

/** A Security of the kind apiKey, and the Secret with its keys by clients. */
export const keySecurity = (
  name: string,
  keys: Readonly<Record<string, string>>,
  apiKey: object = {},
  more: object = {},
): readonly object[] => [
  {
    apiVersion: "portico.dev/v1alpha1",
    kind: "Security",
    metadata: { name },
    spec: { type: "apiKey", apiKey: { keys: { name: `${name}-keys` }, ...apiKey }, ...more },
  },
  { apiVersion: "v1", kind: "Secret", metadata: { name: `${name}-keys` }, stringData: keys },
];

/** The path item of an operation with GET alone. */
export const guarded = (...security: readonly object[]): object => ({ get: { security, responses: { 200: { description: "ok" } } } });

export const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
