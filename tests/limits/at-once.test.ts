import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect } from "node:http2";
import { before, describe, it } from "node:test";
import type { GatewayFiles } from "../../src/compile/engine.ts";
import { httpClient } from "../../testing/http-client.ts";
import { type Scope, suiteScope, within } from "../../testing/scope.ts";
import { http1Load, http2Load } from "../../testing/steady-load.ts";
import { until } from "../../testing/until.ts";
import { limited, limitedGateway, rateLimiting } from "./limited-gateway.ts";

type Gateway = Awaited<ReturnType<typeof limitedGateway>>;
type Headers = Readonly<Record<string, string>>;

/** In a day it gets one more in half an hour: what is let through at once is the burst. */
const burst = 48;
const steady = { requests: 200, burst: 30 };

/** The statuses of so many requests that are sent at once, over several connections. */
type AtOnce = (scope: Scope, port: number, target: string, headers: Headers) => Promise<readonly number[]>;

const http1: AtOnce = async (scope, port, target, headers) => {
  const requests = Array.from({ length: 400 }, () => ({ method: "GET", target, headers }));
  return (await httpClient(scope, port, 80).askAll(requests)).map(({ status }) => status);
};

const http2: AtOnce = async (scope, port, target, headers) => {
  const sessions = Array.from({ length: 8 }, () => connect(`http://127.0.0.1:${port}`));
  scope.after(async () => {
    for (const session of sessions) session.destroy();
  });
  const asked = sessions.flatMap((session) =>
    Array.from({ length: 50 }, async () => {
      const stream = session.request({ ":path": target, ...headers });
      const status = new Promise<number>((resolve, reject) =>
        stream.once("response", (answer) => resolve(answer[":status"] ?? 0)).once("error", reject),
      );
      stream.resume();
      return status;
    }),
  );
  return Promise.all(asked);
};

const both: AtOnce = async (...asked) => (await Promise.all([http1(...asked), http2(...asked)])).flat();

/** The kernel may give all connections to one thread: with this each has its share of them. */
const spread = (files: GatewayFiles): GatewayFiles =>
  new Map(
    [...files].map(([path, text]) => [
      path,
      text.replaceAll('"enable_reuse_port":false', '"enable_reuse_port":false,"connection_balance_config":{"exact_balance":{}}'),
    ]),
  );

for (const workers of [1, 4])
  describe(`a limit that is met at once from everywhere, in a gateway of ${workers} threads`, { timeout: 120_000 }, () => {
    const scope = suiteScope();
    let gateway: Gateway;
    before(async () => {
      gateway = await limitedGateway(
        scope,
        { "/all": limited("all"), "/each": limited("each"), "/pair": limited(["all-of-two", "each"]), "/steady": limited("steady") },
        [
          rateLimiting("all", { type: "api", requests: burst, unit: "day" }),
          rateLimiting("all-of-two", { type: "api", requests: 1000, unit: "day" }),
          rateLimiting("each", { requests: burst, unit: "day", key: { by: "header", name: "X-Team" } }),
          rateLimiting("steady", { ...steady, unit: "second" }),
        ],
        { workers, mutated: spread },
      );
    });
    const through = (how: AtOnce, target: string, headers: Headers = {}): Promise<number> =>
      within(async (own) => {
        const statuses = await how(own, gateway.port, target, headers);
        assert.deepEqual([...new Set(statuses)].toSorted(), [200, 429]);
        return statuses.filter((status) => status === 200).length;
      });

    it("lets through its burst, and not one more", async () => {
      assert.equal(await through(both, "/all"), burst);
      const connections = await gateway.envoy.admin.stats(/listener\..*worker_\d+\.downstream_cx_total$/);
      const busy = [...connections.values()].filter((count) => Number(count) > 0);
      assert.equal(busy.length, workers, JSON.stringify([...connections]));
    });

    for (const [title, how] of [
      ["HTTP/1.1", http1],
      ["HTTP/2", http2],
      ["both", both],
    ] as const)
      it(`lets through each one's burst, though all of its bucket's first requests come at once: ${title}`, async () => {
        for (const path of ["/each", "/each", "/pair"]) assert.equal(await through(how, path, { "x-team": randomUUID() }), burst, path);
      });

    it("lets through its burst and what the time brings while more comes all the time, and no more", async (t) => {
      // From before the first request is sent: the bucket cannot have filled for longer.
      const began = performance.now();
      const loads = [http1Load(t, gateway.port, "/steady", 40), ...[1, 2].map(() => http2Load(t, gateway.port, "/steady", 50))];
      const seen = () => {
        const sum = (count: (load: (typeof loads)[number]) => number): number => loads.reduce((all, load) => all + count(load), 0);
        const refused = sum((load) => load.seen.failures.length);
        const letThrough = sum((load) => load.seen.requests) - refused;
        const most = steady.burst + (steady.requests * (performance.now() - began)) / 1000;
        assert.ok(letThrough <= most, `${letThrough} of at most ${most}`);
        return { letThrough, refused };
      };
      await until("much is refused, and more is let through than the burst", () => {
        const { letThrough, refused } = seen();
        return letThrough > steady.burst + steady.requests && refused > 400;
      });
      for (const load of loads) await load.stop();
      seen();
      assert.deepEqual([...new Set(loads.flatMap((load) => load.seen.failures))], ["429"]);
    });
  });
