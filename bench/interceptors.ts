import { serveFiles } from "./gateway.ts";
import { guardedFiles } from "./guarded.ts";
import { type Load, requestsPerSecond } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { backendFiles } from "./plain.ts";
import { interleaved, ratio, ratioTable, table } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);

const functions = {
  kind: "Code",
  files: {
    "look.ts": `
      export const request = (request: Request) => request.headers.set("x-seen", "yes");
      export const response = (response: Response) => response.headers.set("x-seen", "yes");
    `,
  },
};
const shown = (interceptors: object): object => ({ get: { responses: {}, "x-portico": { interceptors } } });
const [request, response] = ["./look.ts#request", "./look.ts#response"];

const documentFor = (backendPort: number): object => ({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  "x-portico": { backend: { url: `http://127.0.0.1:${backendPort}` } },
  paths: {
    "/none": { get: { responses: {} } },
    "/request": shown({ request }),
    "/both": shown({ request, response }),
    "/bodies": shown({ request, response, body: true }),
  },
});

/** Requests whose headers a function changes, as a share of those that no function sees; and what runs functions takes. */
export async function benchInterceptors(): Promise<string> {
  const load: Load = { connections: 32 };
  const backend = await serveFiles(backendFiles);
  const gateway = await serveFiles((port, monitoring) => guardedFiles([documentFor(backend.port), functions], port, monitoring));
  const before = memoryOf(gateway.agentPid ?? 0);
  const url = (path: string): string => `http://127.0.0.1:${gateway.port}${path}`;
  try {
    const figures = await interleaved(rounds, {
      none: () => requestsPerSecond(url("/none"), seconds, load),
      request: () => requestsPerSecond(url("/request"), seconds, load),
      both: () => requestsPerSecond(url("/both"), seconds, load),
      bodies: () => requestsPerSecond(url("/bodies"), seconds, load),
    });
    const rows = [
      ["requests a second, a function for requests, over none", ratio(figures, "request", "none")],
      ["the same, and one for responses", ratio(figures, "both", "none")],
      ["the same, with bodies", ratio(figures, "bodies", "none")],
    ] as const;
    const memory = [
      ["the agent before", before],
      ["the agent afterwards, without the processes that run functions", memoryOf(gateway.agentPid ?? 0)],
    ] as const;
    return [`### Interceptors (median of ${rounds} rounds)`, ratioTable(rows), table(["memory of", "MiB"], memory)].join("\n\n");
  } finally {
    await gateway.stop();
    await backend.stop();
  }
}
