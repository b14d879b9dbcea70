import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type RunningLimitsService, startLimitsService } from "../../../src/apply/limits-service.ts";
import { must } from "../../../testing/envoy.ts";
import { http1Load } from "../../../testing/steady-load.ts";
import { until } from "../../../testing/until.ts";
import { limited, limitedGateway, rateLimiting } from "../../limits/limited-gateway.ts";
import { unpackRedis } from "../cluster/parts/daemons.ts";
import { buildRatelimit } from "../cluster/parts/parts.ts";
import { testFolder } from "../harness/test-folder.ts";

type Gateway = Awaited<ReturnType<typeof limitedGateway>>;

/** The real service with a real Redis, on this machine. */
async function service(t: TestContext): Promise<RunningLimitsService> {
  const folder = await testFolder(t);
  const redis = await unpackRedis(t.diagnostic.bind(t));
  const program = join(folder, "redis-server");
  await writeFile(
    program,
    `#!/bin/bash\nLD_LIBRARY_PATH=${redis}/usr/lib/x86_64-linux-gnu exec -a redis-server ${redis}/usr/bin/redis-check-rdb "$@"\n`,
  );
  await chmod(program, 0o755);
  await mkdir(join(folder, "run"));
  const env = { ...process.env, PORTICO_REDIS: program, PORTICO_RATELIMIT: await buildRatelimit(t.diagnostic.bind(t)) };
  const running = must(await startLimitsService(folder, env, t.diagnostic.bind(t)));
  return running;
}

const paths = { "/second": limited("second"), "/open": limited("open"), "/closed": limited("closed"), "/bytes": limited("bytes") };
const resources = (most: number): readonly object[] => [
  rateLimiting("second", { requests: most, unit: "second", scope: "global" }),
  rateLimiting("open", { requests: 1_000_000, unit: "day", scope: "global" }),
  rateLimiting("closed", { requests: 1000, unit: "day", scope: "global", onFailure: "closed" }),
  rateLimiting("bytes", {
    bandwidth: "2Ki",
    unit: "day",
    scope: undefined,
    bandwidthOf: "response",
    key: { by: "header", name: "X-Team" },
  }),
];

/** Gateways that ask it. It ends after them: it waits for those that are connected. */
async function gatewaysOf(t: TestContext, count: number, limitsService: RunningLimitsService, most = 20): Promise<readonly Gateway[]> {
  const gateways = await Promise.all(Array.from({ length: count }, () => limitedGateway(t, paths, resources(most), { limitsService })));
  t.after(limitsService.stop);
  return gateways;
}

/** For each second of the clock in which requests came all the time, how many were let through in it: at least, and at most. */
async function throughBySecond(gateways: readonly Gateway[], seconds: number) {
  const found = new Map<number, { offered: number; sure: number; atMost: number }>();
  const at = (second: number) => {
    const its = found.get(second) ?? { offered: 0, sure: 0, atMost: 0 };
    found.set(second, its);
    return its;
  };
  const first = Math.floor(Date.now() / 1000) + 1;
  const worker = async (gateway: Gateway): Promise<void> => {
    for (;;) {
      const began = Math.floor(Date.now() / 1000);
      if (began > first + seconds) return;
      const { status } = await gateway.get("/second");
      const ended = Math.floor(Date.now() / 1000);
      at(began).offered++;
      if (status !== 200) continue;
      if (began === ended) at(began).sure++;
      for (let second = began; second <= ended; second++) at(second).atMost++;
    }
  };
  await Promise.all(gateways.map(worker));
  return Array.from({ length: seconds }, (_, index) => at(first + index));
}

describe("limits that are counted across gateways", { timeout: 120_000 }, () => {
  for (const count of [1, 2, 4])
    it(`let through as many in a window as they say, over ${count} of them`, async (t) => {
      const gateways = await gatewaysOf(t, count, await service(t));
      for (const { offered, sure, atMost } of await throughBySecond(gateways, 4)) {
        assert.ok(offered > 40, `${offered} were offered`);
        assert.ok(sure <= 20 && atMost >= 20, `${sure} to ${atMost} were let through`);
      }
    });

  it("of bytes let through what is not more than they say, for each that is counted apart", async (t) => {
    const [gateway] = await gatewaysOf(t, 1, await service(t));
    const statuses = async (team: string): Promise<readonly (number | undefined)[]> => {
      const found: (number | undefined)[] = [];
      // The backend's answer holds what it got: a kibibyte, and some more.
      for (let sent = 0; sent < 4; sent++) {
        found.push((await gateway?.get("/bytes", { "x-team": team, "x-large": "x".repeat(1024) }))?.status);
        // What is asked after it is answered after it was counted.
        await until("it is counted", async () => (await gateway?.get("/second")) !== undefined);
      }
      return found;
    };
    assert.deepEqual(
      [await statuses("a"), await statuses("b")],
      [
        [200, 200, 429, 429],
        [200, 200, 429, 429],
      ],
    );
  });

  it("do as they say while their Redis stands still under load, hang nobody, and count again by themselves", async (t) => {
    const running = await service(t);
    const [gateway] = await gatewaysOf(t, 1, running);
    const [redis] = running.pids;
    assert.ok(gateway !== undefined && redis !== undefined);
    let slowest = 0;
    const ask = async (path: string): Promise<number> => {
      const began = performance.now();
      const { status } = await gateway.get(path);
      slowest = Math.max(slowest, performance.now() - began);
      return status;
    };
    const both = (): Promise<readonly number[]> => Promise.all([ask("/open"), ask("/closed")]);
    assert.deepEqual(await both(), [200, 200]);
    const load = http1Load(t, gateway.port, "/open", 4);
    process.kill(redis, "SIGSTOP");
    try {
      await until("the stop is seen", async () => (await ask("/closed")) === 503);
      for (let round = 0; round < 20; round++) assert.deepEqual(await both(), [200, 503]);
      t.diagnostic(`the slowest answer took ${Math.round(slowest)} ms`);
      assert.ok(slowest < 5_000, "nobody hangs");
    } finally {
      process.kill(redis, "SIGCONT");
    }
    await until("all is counted again", async () => (await ask("/closed")) === 200);
    process.kill(redis, "SIGKILL");
    await until("its Redis is started again, and it counts", async () => running.pids[0] !== redis && (await ask("/closed")) === 200);
    await load.stop();
    assert.deepEqual(load.seen.failures, [], "what is open lets everything through");
  });

  it("are none to a service that does not know their domain: it lets everything through", async (t) => {
    const running = await service(t);
    const [gateway] = await gatewaysOf(t, 1, running, 1);
    const inOneSecond = async (asked: Gateway | undefined): Promise<readonly (number | undefined)[]> =>
      until("three answers in one second", async () => {
        const began = Math.floor(Date.now() / 1000);
        const found = [await asked?.get("/second"), await asked?.get("/second"), await asked?.get("/second")];
        return Math.floor(Date.now() / 1000) === began ? found.map((one) => one?.status) : undefined;
      });
    assert.deepEqual(await inOneSecond(gateway), [200, 429, 429]);
    const others = await limitedGateway(t, paths, resources(1), {
      limitsService: running,
      mutated: (files) => new Map([...files].map(([path, text]) => [path, text.replaceAll('"domain":"portico"', '"domain":"other"')])),
    });
    assert.deepEqual(await inOneSecond(others), [200, 200, 200]);
  });
});
