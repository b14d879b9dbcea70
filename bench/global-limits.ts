import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLimitsService } from "../src/apply/limits-service.ts";
import type { GatewayFiles } from "../src/compile/engine.ts";
import { countingPrograms } from "../tests/e2e/cluster/parts/counting-programs.ts";
import { must, type Served, serveFiles } from "./gateway.ts";
import { guardedFiles } from "./guarded.ts";
import { requestsPerCpuSecond, requestsPerSecond, shows } from "./load.ts";
import { backendFiles } from "./plain.ts";
import { interleaved, ratio, ratioTable } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const manyValues = 100_000;

/** So much that nothing is refused, where it is not said otherwise. */
const limit = (name: string, spec: object): object => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "RateLimiting",
  metadata: { name },
  spec: { type: "operation", requests: 1_000_000_000, unit: "hour", ...spec },
});

const limits = [
  limit("local", { scope: "local" }),
  limit("global", { scope: "global" }),
  limit("over", { scope: "global", requests: 1 }),
  limit("header", { scope: "global", key: { by: "header", name: "x-key" } }),
];

const document = (backendPort: number): object => ({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  "x-portico": { backend: { url: `http://127.0.0.1:${backendPort}` } },
  paths: Object.fromEntries(
    Object.entries({
      "/open": false,
      "/local": "local",
      "/global": "global",
      "/over": "over",
      "/header": "header",
      "/two": ["global", "header"],
    }).map(([path, rateLimit]) => [path, { get: { responses: {}, "x-portico": { rateLimit } } }] as const),
  ),
});

/** Redis and the service that counts, as Debian and its Go module have them; or those that the environment names. */
async function programs(folder: string): Promise<NodeJS.ProcessEnv> {
  if (process.env.PORTICO_REDIS !== undefined && process.env.PORTICO_RATELIMIT !== undefined) return process.env;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return { ...process.env, ...(await countingPrograms(folder, say)) };
}

/** What counting across gateways costs, with Redis on the same machine. */
export async function benchGlobalLimits(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portico-bench-"));
  await mkdir(join(folder, "run"));
  const values = join(folder, "values");
  await writeFile(values, Array.from({ length: manyValues }, (_, index) => `client-${index}`).join("\n"));
  const script = `${values}.lua`;
  await writeFile(script, shows("x-key", values));
  const service = must(await startLimitsService(folder, await programs(folder), () => {}));
  const backend = await serveFiles(backendFiles);
  const limitsService = { host: service.host, port: service.port };
  const files = (port: number, monitoring: number): GatewayFiles =>
    guardedFiles([document(backend.port), ...limits], port, monitoring, { limitsService });
  const gateway = await serveFiles(files);
  const counting = (): readonly number[] => service.pids.flatMap((pid) => pid ?? []);
  const url = ({ port }: Served, path: string): string => `http://127.0.0.1:${port}${path}`;
  const load = { script, connections: 32 };
  const ask = (path: string) => () => requestsPerSecond(url(gateway, path), seconds, load);
  const work = (path: string) => () => requestsPerCpuSecond([gateway.pid, ...counting()], url(gateway, path), seconds, load);
  try {
    const figures = await interleaved(rounds, {
      open: ask("/open"),
      local: ask("/local"),
      global: ask("/global"),
      header: ask("/header"),
      two: ask("/two"),
      over: () => requestsPerSecond(url(gateway, "/over"), seconds, { ...load, refused: true }),
      openWork: work("/open"),
      globalWork: work("/global"),
    });
    const rows = [
      ["a local limit, over none: requests a second", ratio(figures, "local", "open")],
      ["a global limit, over none: requests a second", ratio(figures, "global", "open")],
      [`a global limit for each of ${manyValues} values of a header, over none`, ratio(figures, "header", "open")],
      ["two global limits, over none", ratio(figures, "two", "open")],
      ["refused by a global limit, over let through by one", ratio(figures, "over", "global")],
      [
        "a global limit, over none: requests for each second of work of Envoy, the service and Redis",
        ratio(figures, "globalWork", "openWork"),
      ],
    ] as const;
    return [`### Limits across gateways, Redis on this machine (median of ${rounds} rounds)`, ratioTable(rows)].join("\n\n");
  } finally {
    for (const served of [gateway, backend]) await served.stop();
    await service.stop();
    await rm(folder, { recursive: true });
  }
}
