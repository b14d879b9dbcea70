import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { largestDocument, largestOperations } from "../../../testing/documents/largest.ts";
import { nearMisses, plainRequest } from "../../../testing/documents/near-misses.ts";
import { writtenOperations } from "../../../testing/documents/written-operations.ts";
import { httpClient } from "../../../testing/http-client.ts";
import type { Scope } from "../../../testing/scope.ts";
import { disagreements, show } from "./law.ts";

const program = fileURLToPath(new URL("./serve-largest.ts", import.meta.url));
const heapMegabytes = 3072;
const patienceMs = 120_000;

const served = z.object({
  port: z.number(),
  seconds: z.record(z.string(), z.number()),
  routesBytes: z.number(),
  peakBytes: z.number(),
});

describe("a document as large as the largest known", () => {
  it(`${largestOperations} operations in 47 MB are served within ${heapMegabytes} MiB of heap`, async (t) => {
    const text = largestDocument();
    const operations = writtenOperations(text);
    assert.deepEqual([operations.length, Math.round(Buffer.byteLength(text) / 1e6)], [largestOperations, 47]);
    const { port, seconds, routesBytes, peakBytes } = await serve(t, text);
    t.diagnostic(`seconds: ${JSON.stringify(seconds)}; routes ${megabytes(routesBytes)} MB; peak ${megabytes(peakBytes)} MB`);
    assert.ok(peakBytes < heapMegabytes * 2 ** 20);
    const sample = operations.filter((_, index) => index % Math.floor(largestOperations / 500) === 0);
    const asked = [...sample.map(plainRequest), ...nearMisses(sample.filter((_, index) => index % 5 === 0))];
    const requests = asked.map(({ method, target }) => ({ method, target: `/v1.0${target}` }));
    assert.ok(sample.length >= 500);
    const found = await disagreements(httpClient(t, port), [{ basePath: "/v1.0", operations, requests }]);
    assert.deepEqual(
      found.slice(0, 5).map((one) => show({ ...one, document: { ...one.document, operations: [] } })),
      [],
    );
    t.diagnostic(`${requests.length} requests for ${sample.length} operations`);
  });
});

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

/** Serves the document from a process with a bounded heap until the scope ends. */
async function serve(scope: Scope, text: string): Promise<z.infer<typeof served>> {
  const folder = await mkdtemp(join(tmpdir(), "portico-largest-"));
  const path = join(folder, "largest.json");
  await writeFile(path, text);
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMegabytes}`, program, path], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  scope.after(async () => {
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true });
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, "line", { signal: AbortSignal.timeout(patienceMs) }), ended]);
  assert.equal(typeof line, "string", `the program ended with ${line}`);
  return served.parse(JSON.parse(line));
}
