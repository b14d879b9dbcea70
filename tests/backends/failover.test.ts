import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { serveHttp } from "../../testing/http-server.ts";
import { http1Load, http2Load } from "../../testing/steady-load.ts";
import { until } from "../../testing/until.ts";
import { gatewayTo } from "./served.ts";

describe("a group of targets that goes away under load", { timeout: 60_000 }, () => {
  it("is stood in for by the next, and serves again when it is back; no request fails", async (t) => {
    const port = await freePort();
    const second = await serveHttp(t, (_, response) => response.end("second"));
    const startFirst = async (): Promise<() => Promise<void>> => {
      const server = createServer((_, response) => response.end("first"));
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      const stop = async (): Promise<void> => {
        server.close();
        server.closeAllConnections();
      };
      t.after(stop);
      return stop;
    };
    const stop = await startFirst();
    const store = {
      targets: [{ url: `http://127.0.0.1:${port}` }, { url: `http://127.0.0.1:${second}`, group: 1 }],
      retry: { attempts: 2 },
      healthCheck: { active: { path: "/ready", interval: "500ms", healthyThreshold: 1, unhealthyThreshold: 1 } },
    };
    const gateway = await gatewayTo(t, { store });
    const serves = (by: string): Promise<boolean> => until(`the ${by} serves`, async () => (await gateway.get("/store")).body === by);
    await serves("first");
    const loads = [http1Load(t, gateway.port, "/store", 4), http2Load(t, gateway.port, "/store", 4)];
    const more = async (count: number): Promise<void> => {
      const before = loads.map(({ seen }) => seen.requests);
      await until(`${count} more requests`, () => loads.every(({ seen }, index) => seen.requests > (before[index] ?? 0) + count));
    };
    await more(100);
    await stop();
    await serves("second");
    await more(500);
    await startFirst();
    await serves("first");
    await more(100);
    for (const load of loads) await load.stop();
    assert.deepEqual(
      loads.map(({ seen }) => seen.failures.slice(0, 3)),
      [[], []],
    );
  });
});
