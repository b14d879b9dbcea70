import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveFiles } from "./gateway.ts";
import { guardedFiles } from "./guarded.ts";
import { type Load, requestsPerCpuSecond, requestsPerSecond } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { backendFiles } from "./plain.ts";
import { interleaved, ratio, ratioTable, table } from "./rounds.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);

/** An order of about 1 KiB in JSON. */
const line = { sku: "abc-123456", quantity: 3, price: 19.99, note: "left at the door", at: "2026-11-29T20:00:00Z" };
const order = { id: "0b4e9d0e-7f6c-4c8e-9d8a-6f1c2b3a4d5e", lines: Array.from({ length: 9 }, () => line) };
const text = { type: "string", maxLength: 100 };
const orderSchema = {
  type: "object",
  required: ["id", "lines"],
  additionalProperties: false,
  properties: {
    id: { type: "string", format: "uuid" },
    lines: {
      type: "array",
      maxItems: 100,
      items: {
        type: "object",
        required: ["sku", "quantity", "price"],
        additionalProperties: false,
        properties: {
          sku: { type: "string", pattern: "^[a-z]{3}-[0-9]{6}$" },
          quantity: { type: "integer", minimum: 1 },
          price: { type: "number", multipleOf: 0.01 },
          note: text,
          at: { type: "string", format: "date-time" },
        },
      },
    },
  },
};

const operation = (request: "off" | "enforce" | "report") => ({
  post: {
    parameters: [{ name: "limit", in: "query", schema: { type: "integer", maximum: 100 } }],
    requestBody: { required: true, content: { "application/json": { schema: orderSchema } } },
    responses: {},
    "x-portico": { validation: { request } },
  },
});

const documentFor = (backendPort: number): object => ({
  openapi: "3.1.0",
  info: { title: "Orders", version: "1" },
  "x-portico": { backend: { url: `http://127.0.0.1:${backendPort}` } },
  paths: { "/off": operation("off"), "/enforce": operation("enforce"), "/report": operation("report") },
});

/** A script for wrk that posts a text. */
const posts = (body: string): string =>
  `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = ${JSON.stringify(body)}\n`;

/** Requests with an order of 1 KiB that are held against their document, as a share of those that are not; and what the policy agent takes for it. */
export async function benchValidation(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
  const script = join(folder, "order.lua");
  writeFileSync(script, posts(JSON.stringify(order)));
  const load: Load = { script, connections: 32 };
  const backend = await serveFiles(backendFiles);
  const gateway = await serveFiles((port, monitoring) => guardedFiles([documentFor(backend.port)], port, monitoring));
  const before = memoryOf(gateway.agentPid ?? 0);
  const url = (path: string): string => `http://127.0.0.1:${gateway.port}${path}?limit=5`;
  const pids = [gateway.pid, ...(gateway.agentPid === undefined ? [] : [gateway.agentPid])];
  try {
    const figures = await interleaved(rounds, {
      off: () => requestsPerSecond(url("/off"), seconds, load),
      enforce: () => requestsPerSecond(url("/enforce"), seconds, load),
      report: () => requestsPerSecond(url("/report"), seconds, load),
      offWork: () => requestsPerCpuSecond(pids, url("/off"), seconds, load),
      enforceWork: () => requestsPerCpuSecond(pids, url("/enforce"), seconds, load),
    });
    const rows = [
      ["requests a second, enforced, over not looked at", ratio(figures, "enforce", "off")],
      ["the same, reported", ratio(figures, "report", "off")],
      [
        "requests for each second of the gateway's and agent's work, enforced, over not looked at",
        ratio(figures, "enforceWork", "offWork"),
      ],
    ] as const;
    const memory = [
      ["the agent before", before],
      ["the agent afterwards", memoryOf(gateway.agentPid ?? 0)],
    ] as const;
    return [
      `### Validation: an order of ${JSON.stringify(order).length} bytes (median of ${rounds} rounds)`,
      ratioTable(rows),
      table(["memory of", "MiB"], memory),
    ].join("\n\n");
  } finally {
    await gateway.stop();
    await backend.stop();
    rmSync(folder, { recursive: true });
  }
}
