import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GatewayFiles } from "../src/compile/engine.ts";
import { discoveryFile, extension, type Message } from "../src/compile/envoy/json.ts";
import { type Served, serveFiles } from "./gateway.ts";
import { guardedFiles } from "./guarded.ts";
import { requestsPerCpuSecond, shows } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { backendFiles } from "./plain.ts";
import { interleaved, ratio, ratioTable, table } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const manyOperations = 1_000;
const manyValues = 100_000;

/** So much that nothing is refused: what is measured is the counting. */
const plenty = { requests: 1_000_000_000, unit: "minute" };
const limit = (name: string, spec: object): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "RateLimiting",
  metadata: { name },
  spec: { ...plenty, ...spec },
});

/** A document of one GET a path, with the limits of each. */
const limitedDocument = (backendPort: number, paths: Readonly<Record<string, false | readonly string[]>>): object => ({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  "x-portico": { backend: { url: `http://127.0.0.1:${backendPort}` } },
  paths: Object.fromEntries(
    Object.entries(paths).map(([path, rateLimit]) => [path, { get: { responses: {}, "x-portico": { rateLimit } } }] as const),
  ),
});

const limits = [
  limit("each", { type: "operation" }),
  limit("all", { type: "api" }),
  limit("address", { type: "operation", key: { by: "address" } }),
  limit("header", { type: "operation", key: { by: "header", name: "x-key" } }),
];

function filesFor(backendPort: number, port: number, monitoring: number): GatewayFiles {
  const paths = { "/open": false, "/each": ["each"], "/both": ["each", "all"], "/address": ["address"], "/header": ["header"] } as const;
  return guardedFiles([limitedDocument(backendPort, paths), ...limits], port, monitoring);
}

/** A gateway with one limited operation and nothing else: what the leanest one does. */
const aloneFiles = (backendPort: number, port: number, monitoring: number): GatewayFiles =>
  guardedFiles([limitedDocument(backendPort, { "/each": ["each"] }), ...limits], port, monitoring);

/** Operations with a limit of their own each, or without one. */
function manyFiles(isLimited: boolean, backendPort: number, port: number, monitoring: number): GatewayFiles {
  const numbers = Array.from({ length: manyOperations }, (_, index) => index);
  const paths = Object.fromEntries(numbers.map((number) => [`/pets${number}`, isLimited ? [`own${number}`] : false] as const));
  const own = isLimited ? numbers.map((number) => limit(`own${number}`, { type: "operation" })) : [];
  return guardedFiles([limitedDocument(backendPort, paths), ...own], port, monitoring);
}

/** The same gateway with the least that a person would write by hand: one filter, one bucket, for every route. */
function leanFiles(files: GatewayFiles): GatewayFiles {
  const text = (file: string): string => files.get(file) ?? "";
  const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };
  const limiter = extension("limit", "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit", {
    stat_prefix: "limit",
    token_bucket: { max_tokens: plenty.requests, tokens_per_fill: plenty.requests, fill_interval: "60s" },
    filter_enabled: always,
    filter_enforced: always,
    enable_x_ratelimit_headers: "DRAFT_VERSION_03",
    enable_retry_after_header: true,
  });
  const isOurs = ({ name }: Message): boolean => /^portico\./.test(String(name));
  const listeners = JSON.parse(text("mounted/listeners.json"), (key, value) => {
    if (key === "local_reply_config") return undefined;
    if (key !== "http_filters" || !value.some(isOurs)) return value;
    return [...value.filter((filter: Message) => !isOurs(filter)).slice(0, -1), limiter, value.at(-1)];
  });
  const routes = JSON.parse(text("image/routes.json"), (key, value) => (key === "typed_per_filter_config" ? undefined : value));
  return new Map([
    ...files,
    ["mounted/listeners.json", discoveryFile("envoy.config.listener.v3.Listener", listeners.resources)],
    ["image/routes.json", discoveryFile("envoy.config.route.v3.RouteConfiguration", routes.resources)],
  ]);
}

/** Requests for each second of the gateway's own work, through limited operations, as a share of an unlimited one's and of the leanest gateway's; and what many limits and values take. */
export async function benchLimits(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
  const values = join(folder, "values");
  writeFileSync(values, Array.from({ length: manyValues }, (_, index) => `client-${index}`).join("\n"));
  const script = `${values}.lua`;
  writeFileSync(script, shows("x-key", values));
  const backend = await serveFiles(backendFiles);
  const serve = (make: (backendPort: number, port: number, monitoring: number) => GatewayFiles): Promise<Served> =>
    serveFiles((port, monitoring) => make(backend.port, port, monitoring));
  const gateway = await serve(filesFor);
  const alone = await serve(aloneFiles);
  const lean = await serve((...ports) => leanFiles(aloneFiles(...ports)));
  const many = await serve((...ports) => manyFiles(true, ...ports));
  const manyOpen = await serve((...ports) => manyFiles(false, ...ports));
  const [memoryMany, memoryOpen, memoryBefore] = [memoryOf(many.pid), memoryOf(manyOpen.pid), memoryOf(gateway.pid)];
  const ask =
    ({ port, pid }: Served, path: string) =>
    () =>
      requestsPerCpuSecond([pid], `http://127.0.0.1:${port}${path}`, seconds, { script, connections: 32 });
  try {
    const figures = await interleaved(rounds, {
      open: ask(gateway, "/open"),
      each: ask(gateway, "/each"),
      both: ask(gateway, "/both"),
      address: ask(gateway, "/address"),
      header: ask(gateway, "/header"),
      alone: ask(alone, "/each"),
      lean: ask(lean, "/each"),
      many: ask(many, `/pets${manyOperations - 1}`),
      manyOpen: ask(manyOpen, `/pets${manyOperations - 1}`),
    });
    const rows = [
      ["a limit of the operation, over none", ratio(figures, "each", "open")],
      ["limits of the operation and the API, over none", ratio(figures, "both", "open")],
      ["a limit for each address, over none", ratio(figures, "address", "open")],
      [`a limit for each of ${manyValues} values of a header, over none`, ratio(figures, "header", "open")],
      [`one of ${manyOperations} operations with a limit of its own each, over the same without`, ratio(figures, "many", "manyOpen")],
      ["a limit of the operation, over the leanest by hand", ratio(figures, "alone", "lean")],
    ] as const;
    const memory = [
      [`${manyOperations} operations without limits`, memoryOpen],
      [`${manyOperations} operations with a limit of its own each`, memoryMany],
      ["a small gateway at its start", memoryBefore],
      [`the same, which counts ${manyValues} values apart`, memoryOf(gateway.pid)],
    ] as const;
    return [
      `### Limits: requests for each second of the gateway's own work (median of ${rounds} rounds)`,
      ratioTable(rows),
      table(["memory of", "MiB"], memory),
    ].join("\n\n");
  } finally {
    for (const served of [gateway, alone, lean, many, manyOpen, backend]) await served.stop();
    rmSync(folder, { recursive: true });
  }
}
