import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type RunningLimitsService, startLimitsService } from "../../../src/apply/limits-service.ts";
import { must } from "../../../testing/envoy.ts";
import { freePort } from "../../../testing/free-port.ts";
import { startPortico } from "../../../testing/portico.ts";
import { send } from "../../../testing/raw-request.ts";
import { http1Load } from "../../../testing/steady-load.ts";
import { until } from "../../../testing/until.ts";
import { limited, limitedGateway, rateLimiting } from "../../limits/limited-gateway.ts";
import { run } from "../cluster/command.ts";
import { countingPrograms } from "../cluster/parts/counting-programs.ts";
import { testFolder } from "../harness/test-folder.ts";

type Gateway = Awaited<ReturnType<typeof limitedGateway>>;

/** The real service with a real Redis, on this machine. */
async function service(t: TestContext): Promise<RunningLimitsService> {
  const folder = await testFolder(t);
  await mkdir(join(folder, "run"));
  return must(
    await startLimitsService(folder, { ...process.env, ...(await countingPrograms(folder, t.diagnostic.bind(t))) }, t.diagnostic.bind(t)),
  );
}

const paths = { "/second": limited("second"), "/open": limited("open"), "/closed": limited("closed") };
const resources = (most: number): readonly object[] => [
  rateLimiting("second", { requests: most, unit: "second", scope: "global" }),
  rateLimiting("open", { requests: 1_000_000, unit: "day", scope: "global" }),
  rateLimiting("closed", { requests: 1000, unit: "day", scope: "global", onFailure: "closed" }),
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

  for (const count of [1, 2, 4])
    it(`let through exactly as many as they say of those that come at once, over ${count} of them`, async (t) => {
      const limitsService = await service(t);
      const limit = rateLimiting("fifty", { requests: 50, unit: "hour", scope: "global", key: { by: "header", name: "X-Key" } });
      const gateways = await Promise.all(
        Array.from({ length: count }, () => limitedGateway(t, { "/fifty": limited("fifty") }, [limit], { limitsService })),
      );
      t.after(limitsService.stop);
      const hour = (): number => Math.floor(Date.now() / 3_600_000);
      const through = await until("all are answered in one hour", async () => {
        const [began, key] = [hour(), randomUUID()];
        let found = 0;
        // More at once than a busy machine answers in the tenth of a second that the service has would say nothing of counts.
        for (let round = 0; round < 12; round++) {
          const asked = Array.from({ length: 8 }, (_, index) => gateways[index % count]?.get("/fifty", { "x-key": key }));
          found += (await Promise.all(asked)).filter((answer) => answer?.status === 200).length;
        }
        return hour() === began ? found : undefined;
      });
      assert.equal(through, 50);
    });

  for (const [bandwidthOf, octets] of [
    ["response", { "x-large": 1024, body: 1 }],
    ["request", { "x-large": 1, body: 1100 }],
    ["both", { "x-large": 1, body: 600 }],
  ] as const)
    it(`of bytes let one through that goes over, and none after it, for each that is counted apart: ${bandwidthOf}`, async (t) => {
      const limitsService = await service(t);
      const limit = { bandwidth: "2Ki", bandwidthOf, unit: "day", scope: undefined, key: { by: "header", name: "X-Team" } };
      const post = { responses: {}, security: [], "x-portico": { rateLimit: "bytes" } };
      const gateway = await limitedGateway(t, { ...paths, "/bytes": { post } }, [...resources(20), rateLimiting("bytes", limit)], {
        limitsService,
      });
      t.after(limitsService.stop);
      const statuses = async (team: string): Promise<readonly number[]> => {
        const found: number[] = [];
        // The backend's answer holds what it got, some hundred octets of headers and all.
        for (let sent = 0; sent < 4; sent++) {
          const headers = { "x-team": team, "x-large": "x".repeat(octets["x-large"]) };
          found.push((await send(gateway.port, { send: "POST /bytes", headers, body: "x".repeat(octets.body) })).status);
          // What is asked after it is answered after it was counted.
          await until("it is counted", async () => (await gateway.get("/second")) !== undefined);
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

  it("are counted by what `portico run --with-ratelimit` starts, and ends with itself", async (t) => {
    const folder = await testFolder(t);
    const env = await countingPrograms(folder, t.diagnostic.bind(t));
    const [port, monitoring] = [await freePort(), await freePort()];
    const document = {
      openapi: "3.1.0",
      info: { title: "Pets", version: "1" },
      paths: { "/pets": { get: { responses: { 200: { description: "fine" } }, "x-portico": { rateLimit: "two" } } } },
    };
    await writeFile(join(folder, "pets.json"), JSON.stringify(document));
    await writeFile(join(folder, "two.json"), JSON.stringify(rateLimiting("two", { requests: 2, unit: "day", scope: undefined })));
    const ports = ["--port", String(port), "--monitoring-port", String(monitoring)];
    const options = ["run", "pets.json", "--mock", "--resources", "two.json", "--with-ratelimit", ...ports];
    const { says, signal, ended } = startPortico(t, options, folder, { ...env, TMPDIR: folder });
    await says(/^Ctrl-C ends it/);
    const statuses: number[] = [];
    for (let asked = 0; asked < 4; asked++) statuses.push((await send(port, { send: "GET /pets" })).status);
    assert.deepEqual(statuses, [200, 200, 429, 429]);
    const counting = async (): Promise<boolean> => (await run(["ps", "-eo", "args"])).includes(`redis-server unixsocket:${folder}`);
    assert.ok(await counting(), "a Redis of its own");
    signal("SIGINT");
    assert.equal(await ended, 0);
    assert.ok(!(await counting()), "its Redis has ended with it");
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
