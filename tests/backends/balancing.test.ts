import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Backend } from "../../testing/backend.ts";
import { startRawBackend } from "../../testing/raw-backend.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { gatewayTo, numbered, tally } from "./served.ts";

describe("of several urls", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof gatewayTo>>;
  let all: readonly Backend[];
  before(async () => {
    all = await numbered(scope, 3);
    const urls = all.map(({ url }) => url);
    const [zero = "", one = "", two = ""] = urls;
    gateway = await gatewayTo(scope, {
      turns: { urls },
      least: { urls, loadBalancing: { policy: "leastRequest" } },
      random: { urls, loadBalancing: { policy: "random" } },
      header: { urls, loadBalancing: { policy: "ringHash", hash: { header: "X-User" } } },
      cookie: { urls, loadBalancing: { policy: "ringHash", hash: { cookie: "session" } } },
      address: { urls, loadBalancing: { policy: "ringHash" } },
      weighted: { targets: [{ url: zero, weight: 3 }, { url: one }, { url: two, weight: 0 }] },
      grouped: { targets: [{ url: zero, group: 7 }, { url: one }, { url: two }] },
      ordered: { urls: ["http://127.0.0.1:1", one, two], failover: true },
    });
  });
  const ask =
    (path: string, headers: Readonly<Record<string, string>> = {}) =>
    () =>
      gateway.get(path, headers);

  it("each is asked in its turn, unless said otherwise", async () => {
    assert.deepEqual(await tally(9, ask("/turns")), { 0: 3, 1: 3, 2: 3 });
  });

  it("the one with least to do, or any, is asked", async () => {
    for (const path of ["/least", "/random"]) assert.deepEqual(Object.keys(await tally(60, ask(path))), ["0", "1", "2"], path);
  });

  it("one is kept for a header's value, a cookie's, or the client's address", async () => {
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    for (const [path, headers] of [
      ["/header", (user: string) => ({ "x-user": user })],
      ["/cookie", (user: string) => ({ cookie: `a=b; session=${user}` })],
    ] as const) {
      const chosen = new Set<string>();
      for (const user of users) {
        const [first = "", ...others] = Object.keys(await tally(4, ask(path, headers(user))));
        assert.deepEqual(others, [], `${path} ${user}`);
        chosen.add(first);
      }
      assert.equal(chosen.size, 3, path);
    }
    assert.equal(Object.keys(await tally(10, ask("/address"))).length, 1);
  });

  it("each gets its share by weight, and one without weight none", async () => {
    assert.deepEqual(await tally(40, ask("/weighted")), { 0: 30, 1: 10 });
  });

  it("a group with a higher number is asked for nothing while one with a lower number serves", async () => {
    assert.deepEqual(await tally(10, ask("/grouped")), { 1: 5, 2: 5 });
  });

  it("that are an order, the next is asked where the first cannot be reached, by every method, and no request fails", async () => {
    assert.deepEqual(await tally(10, ask("/ordered")), { 1: 10 });
    assert.deepEqual(await tally(10, ask("POST /ordered")), { 1: 10 });
  });

  it("the first is asked again when it is back", async () => {
    const [one] = await numbered(scope, 1);
    let isBack = false;
    const flaky = await startRawBackend(scope, (socket) =>
      isBack ? socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nfirst") : socket.resetAndDestroy(),
    );
    const ordered = {
      urls: [`http://127.0.0.1:${flaky}`, one?.url ?? ""],
      failover: true,
      healthCheck: { ejection: { consecutiveErrors: 2, interval: "50ms", ejectionTime: "100ms" } },
    };
    const other = await gatewayTo(scope, { ordered });
    const found = await tally(6, () => other.get("/ordered"));
    assert.ok((found["0"] ?? 0) >= 2, JSON.stringify(found));
    isBack = true;
    await until("the first serves alone", async () => (await tally(5, () => other.get("/ordered"))).first === 5);
  });
});
