import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GatewayFiles } from "../src/compile/engine.ts";
import { must } from "../testing/envoy.ts";
import { caseValues, compileCase, type GoldenCase, resolveCase } from "../testing/golden-case.ts";
import { type TokenIssuer, tokenIssuer } from "../testing/token-issuer.ts";
import { type Served, serveFiles } from "./gateway.ts";
import { leanFiles } from "./lean.ts";
import { requestsPerCpuSecond } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { backendFiles } from "./plain.ts";
import { interleaved, ratio, table } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const manyTokens = 10_000;
const manyConnections = 1_000;
const manyKeys = 10_000;
const settings: GoldenCase["settings"] = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] };

const guarded = (security: readonly object[]): object => ({ get: { security, responses: { 200: { description: "ok" } } } });
const portico = { apiVersion: "portico.dev/v1alpha1", kind: "Security" };

function filesFor(issuer: TokenIssuer, backendPort: number, port: number, monitoring: number): GatewayFiles {
  const jwt = { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }], audiences: ["pets"] };
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    "x-portico": { backend: { url: `http://127.0.0.1:${backendPort}` } },
    paths: {
      "/open": guarded([]),
      "/token": guarded([{ token: ["read"] }]),
      "/cold": guarded([{ cold: ["read"] }]),
      "/key": guarded([{ key: [] }]),
      "/either": guarded([{ token: ["read"] }, { key: [] }]),
    },
  };
  const keys = Object.fromEntries(Array.from({ length: manyKeys }, (_, index) => [`client-${index}`, `key-of-client-${index}`]));
  const resources = [
    { ...portico, metadata: { name: "token" }, spec: { type: "jwt", jwt } },
    {
      ...portico,
      metadata: { name: "cold" },
      spec: { type: "jwt", jwt: { ...jwt, issuers: [{ ...jwt.issuers[0], issuer: "https://cold.test" }], cache: false } },
    },
    {
      ...portico,
      metadata: { name: "key" },
      spec: { type: "apiKey", apiKey: { keys: { name: "keys" }, locations: [{ header: "x-key" }] } },
    },
    { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: keys },
  ];
  const input = [document, ...resources].map((one) => JSON.stringify(one)).join("\n---\n");
  return compileCase(must(resolveCase({ input, settings })), settings, { port, monitoring, values: caseValues({ input }) });
}

/** A script for wrk that shows another of these header values with each request. */
const script = (header: string, values: string): string => `
local values = {}
for line in io.lines(${JSON.stringify(values)}) do values[#values + 1] = line end
local at = 0
request = function()
  at = at % #values + 1
  return wrk.format("GET", nil, { [${JSON.stringify(header)}] = values[at] })
end
`;

/** Requests for each second of the gateway's own work, through operations that need a credential, as a share of an open one's in the same Envoy, and of the leanest gateway's. */
export async function benchSecurity(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
  const [issuer, backend] = [tokenIssuer(), await serveFiles(backendFiles)];
  const list = (name: string, header: string, values: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, values.join("\n"));
    writeFileSync(`${path}.lua`, script(header, path));
    return `${path}.lua`;
  };
  const bearers = (count: number, iss: string): readonly string[] =>
    Array.from({ length: count }, (_, index) => `Bearer ${issuer.token({ claims: { iss, scope: "read write", jti: String(index) } })}`);
  const one = list("one", "authorization", bearers(1, issuer.issuer));
  const many = list("many", "authorization", bearers(manyTokens, issuer.issuer));
  const cold = list("cold", "authorization", bearers(100, "https://cold.test"));
  const keys = list(
    "keys",
    "x-key",
    Array.from({ length: manyKeys }, (_, index) => `key-of-client-${index}`),
  );
  const gateway = await serveFiles((port, monitoring) => filesFor(issuer, backend.port, port, monitoring));
  const lean = await serveFiles((port, monitoring) => leanFiles(filesFor(issuer, backend.port, port, monitoring), [issuer]));
  const ask =
    ({ port, pid }: Served, path: string, given: string, connections = 32) =>
    () =>
      requestsPerCpuSecond(pid, `http://127.0.0.1:${port}${path}`, seconds, { script: given, connections });
  try {
    const figures = await interleaved(rounds, {
      open: ask(gateway, "/open", one),
      openKeys: ask(gateway, "/open", keys),
      openMany: ask(gateway, "/open", many, manyConnections),
      token: ask(gateway, "/token", one),
      many: ask(gateway, "/token", many, manyConnections),
      cold: ask(gateway, "/cold", cold),
      key: ask(gateway, "/key", keys),
      either: ask(gateway, "/either", keys),
      lean: ask(lean, "/token", one),
      leanMany: ask(lean, "/token", many, manyConnections),
    });
    const rows = [
      ["one token with a scope, over open", ratio(figures, "token", "open")],
      [`${manyTokens} tokens with a scope over ${manyConnections} connections, over open`, ratio(figures, "many", "openMany")],
      ["a token, never remembered, over open", ratio(figures, "cold", "open")],
      [`a key of ${manyKeys}, over open`, ratio(figures, "key", "openKeys")],
      ["a token or a key, by a key, over open", ratio(figures, "either", "openKeys")],
      ["one token, over the leanest by hand", ratio(figures, "token", "lean")],
      [`${manyTokens} tokens over ${manyConnections} connections, over the leanest by hand`, ratio(figures, "many", "leanMany")],
    ] as const;
    const memory = memoryOf(gateway.pid);
    return `### Security: requests for each second of the gateway's own work (median of ${rounds} rounds)\n\n${table(
      ["what", "ratio"],
      rows.map(([what, share]) => [what, share.toFixed(2)]),
    )}\n\nThe gateway's memory with ${manyKeys} keys, after ${manyTokens} tokens: ${memory} MiB.`;
  } finally {
    for (const served of [gateway, lean, backend]) await served.stop();
    rmSync(folder, { recursive: true });
  }
}
