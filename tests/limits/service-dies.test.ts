import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertProblem } from "../../testing/problem-answer.ts";
import { http1Load, http2Load } from "../../testing/steady-load.ts";
import { until } from "../../testing/until.ts";
import { limited, limitedGateway, rateLimiting } from "./limited-gateway.ts";
import { ownService } from "./own-service.ts";

/** The service has a tenth of a second: the rest is for a machine that is busy. */
const soon = 5000;

describe("a service that counts for all gateways", { timeout: 120_000 }, () => {
  it("that dies or is silent under load hangs nobody: each limit does as it says, and all are counted when it is back", async (t) => {
    const service = await ownService(t, "let through");
    const limits = (["open", "closed"] as const).map((onFailure) =>
      rateLimiting(onFailure, { requests: 1000, unit: "day", scope: "global", onFailure }),
    );
    const paths = { "/open": limited("open"), "/closed": limited("closed") };
    const gateway = await limitedGateway(t, paths, limits, { limitsService: service.address });
    let slowest = 0;
    const ask = async (path: string) => {
      const began = performance.now();
      const answer = await gateway.get(path);
      slowest = Math.max(slowest, performance.now() - began);
      return answer;
    };
    const status = async (path: string): Promise<number> => (await ask(path)).status;
    const both = (): Promise<readonly number[]> => Promise.all([status("/open"), status("/closed")]);
    assert.deepEqual(await both(), [200, 200]);

    const loads = [http1Load(t, gateway.port, "/open", 8), http2Load(t, gateway.port, "/open", 8)];
    const closed = http1Load(t, gateway.port, "/closed", 8);
    const more = async (): Promise<void> => {
      const before = [...loads, closed].map(({ seen }) => seen.requests);
      await until("much more is asked", () => [...loads, closed].every(({ seen }, index) => seen.requests > (before[index] ?? 0) + 50));
    };
    // On a busy machine an answer may be late at times.
    const counted = (): Promise<boolean> =>
      until("all are counted", async () => {
        const failed = closed.seen.failures.length;
        await more();
        return closed.seen.failures.length === failed;
      });
    await counted();

    for (const [what, fall, rise] of [
      ["it dies", service.die, service.rise],
      ["it is silent", () => service.says("nothing"), async () => service.says("let through")],
      ["it dies again", service.die, service.rise],
    ] as const) {
      fall();
      await until(`${what}: that is seen`, async () => (await status("/closed")) === 503);
      await more();
      for (let round = 0; round < 10; round++) assert.deepEqual(await both(), [200, 503], what);
      assertProblem(await ask("/closed"), "503 limit-uncounted");
      const crowd = await Promise.all(Array.from({ length: 200 }, (_, index) => status(index % 2 === 0 ? "/open" : "/closed")));
      assert.deepEqual([...new Set(crowd)].toSorted(), [200, 503], what);
      await rise();
      await counted();
    }

    service.says("too much");
    await until("it is asked", async () => (await both()).join() === "429,429");
    await closed.stop();
    assert.deepEqual(new Set(closed.seen.failures), new Set(["503", "429"]));
    for (const load of loads) {
      await load.stop();
      assert.deepEqual([...new Set(load.seen.failures)], ["429"], "what is open lets everything through until it is too much");
    }
    assert.ok(slowest < soon, `${slowest} ms`);
  });
});
