import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GatewayFiles } from "../src/compile/engine.ts";
import { type TokenIssuer, tokenIssuer } from "../testing/token-issuer.ts";
import { type Served, serveFiles } from "./gateway.ts";
import { guardedDocument, guardedFiles, secret, security } from "./guarded.ts";
import { leanFiles } from "./lean.ts";
import { requestsPerCpuSecond, shows } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { backendFiles } from "./plain.ts";
import { interleaved, ratio, ratioTable } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const manyTokens = 10_000;
const manyConnections = 1_000;
const manyKeys = 10_000;
const jwtOf = (issuer: TokenIssuer) => ({ issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }], audiences: ["pets"] });

/** A gateway that checks what the leanest one checks, and nothing else. */
function tokenFiles(issuer: TokenIssuer, backendPort: number, port: number, monitoring: number): GatewayFiles {
  const document = guardedDocument(backendPort, { "/token": [{ token: ["read"] }] });
  return guardedFiles([document, security("token", { type: "jwt", jwt: jwtOf(issuer) })], port, monitoring);
}

function filesFor(issuer: TokenIssuer, backendPort: number, port: number, monitoring: number): GatewayFiles {
  const jwt = jwtOf(issuer);
  const document = guardedDocument(backendPort, {
    "/open": [],
    "/token": [{ token: ["read"] }],
    "/cold": [{ cold: ["read"] }],
    "/key": [{ key: [] }],
    "/either": [{ token: ["read"] }, { key: [] }],
  });
  const keys = Object.fromEntries(Array.from({ length: manyKeys }, (_, index) => [`client-${index}`, `key-of-client-${index}`]));
  const resources = [
    security("token", { type: "jwt", jwt }),
    security("cold", { type: "jwt", jwt: { ...jwt, issuers: [{ ...jwt.issuers[0], issuer: "https://cold.test" }], cache: false } }),
    security("key", { type: "apiKey", apiKey: { keys: { name: "keys" }, locations: [{ header: "x-key" }] } }),
    secret("keys", keys),
  ];
  return guardedFiles([document, ...resources], port, monitoring);
}

/** Requests for each second of the gateway's own work, through operations that need a credential, as a share of an open one's in the same Envoy, and of the leanest gateway's. */
export async function benchSecurity(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
  const [issuer, backend] = [tokenIssuer(), await serveFiles(backendFiles)];
  const list = (name: string, header: string, values: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, values.join("\n"));
    writeFileSync(`${path}.lua`, shows(header, path));
    return `${path}.lua`;
  };
  const bearers = (count: number, iss: string): readonly string[] =>
    Array.from({ length: count }, (_, index) => `Bearer ${issuer.token({ claims: { iss, scope: "read write", jti: String(index) } })}`);
  const one = list("one", "authorization", bearers(1, issuer.issuer));
  const many = list("many", "authorization", bearers(manyTokens, issuer.issuer));
  const cold = list("cold", "authorization", bearers(100, "https://cold.test"));
  const coldMany = list("cold-many", "authorization", bearers(manyTokens, "https://cold.test"));
  const keys = list(
    "keys",
    "x-key",
    Array.from({ length: manyKeys }, (_, index) => `key-of-client-${index}`),
  );
  const gateway = await serveFiles((port, monitoring) => filesFor(issuer, backend.port, port, monitoring));
  const alone = await serveFiles((port, monitoring) => tokenFiles(issuer, backend.port, port, monitoring));
  const lean = await serveFiles((port, monitoring) => leanFiles(tokenFiles(issuer, backend.port, port, monitoring), [issuer]));
  const ask =
    ({ port, pid }: Served, path: string, given: string, connections = 32) =>
    () =>
      requestsPerCpuSecond([pid], `http://127.0.0.1:${port}${path}`, seconds, { script: given, connections });
  try {
    const figures = await interleaved(rounds, {
      open: ask(gateway, "/open", one),
      openKeys: ask(gateway, "/open", keys),
      openMany: ask(gateway, "/open", many, manyConnections),
      token: ask(gateway, "/token", one),
      many: ask(gateway, "/token", many, manyConnections),
      cold: ask(gateway, "/cold", cold),
      coldMany: ask(gateway, "/cold", coldMany, manyConnections),
      key: ask(gateway, "/key", keys),
      either: ask(gateway, "/either", keys),
      alone: ask(alone, "/token", one),
      aloneMany: ask(alone, "/token", many, manyConnections),
      lean: ask(lean, "/token", one),
      leanMany: ask(lean, "/token", many, manyConnections),
    });
    const rows = [
      ["one token with a scope, over open", ratio(figures, "token", "open")],
      [`${manyTokens} tokens with a scope over ${manyConnections} connections, over open`, ratio(figures, "many", "openMany")],
      ["a token, never remembered, over open", ratio(figures, "cold", "open")],
      [`${manyTokens} tokens over ${manyConnections} connections, never remembered, over open`, ratio(figures, "coldMany", "openMany")],
      [`a key of ${manyKeys}, over open`, ratio(figures, "key", "openKeys")],
      ["a token or a key, by a key, over open", ratio(figures, "either", "openKeys")],
      ["one token, over the leanest by hand", ratio(figures, "alone", "lean")],
      [`${manyTokens} tokens over ${manyConnections} connections, over the leanest by hand`, ratio(figures, "aloneMany", "leanMany")],
    ] as const;
    const memory = memoryOf(gateway.pid);
    return `### Security: requests for each second of the gateway's own work (median of ${rounds} rounds)\n\n${ratioTable(rows)}\n\nThe gateway's memory with ${manyKeys} keys, after ${manyTokens} tokens: ${memory} MiB.`;
  } finally {
    for (const served of [gateway, alone, lean, backend]) await served.stop();
    rmSync(folder, { recursive: true });
  }
}
