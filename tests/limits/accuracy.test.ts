import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { limited, limitedGateway, rateLimiting } from "./limited-gateway.ts";

const limits = [
  { name: "steady", requests: 20, burst: 1 },
  { name: "bursty", requests: 10, burst: 30 },
  { name: "slow", requests: 2, unitCount: 2, burst: 2 },
];

describe("a limit of each gateway's own", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  before(async () => {
    gateway = await limitedGateway(
      scope,
      Object.fromEntries(limits.map(({ name }) => [`/${name}`, limited(name)])),
      limits.map(({ name, ...spec }) => rateLimiting(name, { unit: "second", ...spec })),
    );
  });

  for (const { name, requests, unitCount = 1, burst } of limits)
    it(`lets through its burst and what the time brings, and no more: ${name}`, async () => {
      const rate = requests / unitCount;
      // From before the first request is sent to after the last is answered: the bucket cannot have filled for longer.
      const began = performance.now();
      let through = 0;
      let last = began;
      while (last - began < 2500) {
        if ((await gateway.get(`/${name}`)).status === 200) through++;
        last = performance.now();
        assert.ok(through <= burst + (rate * (last - began)) / 1000 + 1e-6, `${through} within ${last - began} ms`);
      }
      assert.ok(through > burst, "the time brings some");
    });
});
