import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Answer } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { limited, limitedGateway, rateLimiting, statuses } from "./limited-gateway.ts";

const condition = (name: string): object => ({ conditions: [{ header: { name } }] });

describe("several limits of one operation", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  before(async () => {
    gateway = await limitedGateway(
      scope,
      {
        "/quota": limited(["slow", "fast"]),
        "/pair": limited(["pair-of-all", "fast"]),
        "/pair/plain": limited("pair-of-all"),
        "/late": limited(["one-of-all", "ten"]),
        "/shown": limited(["ten-a-minute", "twenty"]),
      },
      [
        rateLimiting("fast", { requests: 1, unit: "minute", ...condition("x-fast") }),
        rateLimiting("slow", { requests: 3 }),
        rateLimiting("pair-of-all", { type: "api", requests: 2 }),
        rateLimiting("one-of-all", { type: "api", requests: 1, unit: "day" }),
        rateLimiting("ten", { requests: 10, unit: "minute" }),
        rateLimiting("ten-a-minute", { requests: 10, unit: "minute" }),
        rateLimiting("twenty", { requests: 20 }),
      ],
    );
  });
  const ask =
    (target: string, headers: Readonly<Record<string, string>> = {}) =>
    (): Promise<Answer> =>
      gateway.get(target, headers);
  const fast = { "x-fast": "yes" };

  it("count each: what a fast one refuses takes nothing from a slow one of the same kind", async () => {
    assert.deepEqual(await statuses(6, ask("/quota", fast)), [200, 429, 429, 429, 429, 429]);
    assert.deepEqual(await statuses(3, ask("/quota")), [200, 200, 429]);
  });

  it("count each: nor from one that counts more together", async () => {
    assert.deepEqual(await statuses(4, ask("/pair", fast)), [200, 429, 429, 429]);
    assert.deepEqual(await statuses(2, ask("/pair/plain")), [200, 429]);
  });

  it("answer by the one that is empty, with its own time", async () => {
    assert.equal((await gateway.get("/late")).status, 200);
    const { status, headers, body } = await gateway.get("/late");
    assert.deepEqual([status, JSON.parse(body).limit], [429, "api"]);
    assert.ok(Number(headers["retry-after"]) > 86_000, String(headers["retry-after"]));
  });

  it("say each how much it has left", async () => {
    const { headers } = await gateway.get("/shown");
    assert.equal(headers["x-ratelimit-limit"], "20, 10");
    assert.equal(headers["x-ratelimit-remaining"], "19, 9");
  });
});
