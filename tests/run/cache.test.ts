import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { http1Load, http2Load } from "../../testing/steady-load.ts";
import { until } from "../../testing/until.ts";

const document = (url: string, cache: object | false): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Kept", version: "1" },
    "x-portico": { backend: { url } },
    paths: { "/pets": { get: { operationId: "pets", "x-portico": { cache } } }, "/plain": { get: { operationId: "plain" } } },
  });

describe("a document that keeps answers, and does not, while requests are sent", { timeout: 120_000 }, () => {
  it("is taken without a connection closed or a request of another operation failed", async (t) => {
    const backend = await startBackend(t, (_, response) => response.end("pets"));
    const gateway = await servePortico(t, { "kept.json": document(backend.url, false) }, "--watch", "--concurrency", "2");
    const loads = [
      http1Load(t, gateway.port, "/plain", 2),
      http2Load(t, gateway.port, "/plain", 2),
      http1Load(t, gateway.port, "/pets", 2),
    ];
    const seen = async (): Promise<readonly (string | undefined)[]> => {
      const { headers } = await send(gateway.port, { send: "GET /pets" });
      return [headers["cache-status"], headers["cache-control"]];
    };
    for (const [cache, expected] of [
      [{ maxAge: "1h" }, ["portico; hit", "max-age=3600"]],
      [false, [undefined, undefined]],
      [{ maxAge: "2h" }, ["portico; hit", "max-age=7200"]],
      [{}, ["portico; fwd=miss", undefined]],
    ] as const) {
      const before = gateway.stderr.length;
      await gateway.write("kept.json", document(backend.url, cache));
      await gateway.says(/^Changed: 2 operations/, before);
      await until(`${JSON.stringify(cache)} is in effect`, async () => JSON.stringify(await seen()) === JSON.stringify(expected));
    }
    for (const load of loads) await load.stop();
    const [plain1, plain2, kept] = loads.map((load) => load.seen);
    assert.deepEqual([plain1?.failures, plain1?.closed, plain2?.failures, plain2?.closed, kept?.closed], [[], 0, [], 0, 0]);
    assert.deepEqual(kept?.failures, []);
  });
});
