import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Backend } from "../../testing/backend.ts";
import { suiteScope } from "../../testing/scope.ts";
import { protectedGateway } from "../security/protected-gateway.ts";
import { numbered, sentTo, tally, targetEndpoint } from "./served.ts";

describe("requests that are split", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  let all: readonly Backend[];
  before(async () => {
    all = await numbered(scope, 3);
    const [zero = "", one = "", two = ""] = all.map(({ url }) => url);
    const to = (split: readonly object[]): object => sentTo("pets", { backend: { split } });
    gateway = await protectedGateway(
      scope,
      {
        paths: {
          "/named": to([{ name: "pets", weight: 9 }, { name: "canary" }]),
          "/urls": to([{ url: `${one}/one` }, { url: `${two}/two` }]),
          "/one": to([{ name: "pets", weight: 0 }, { url: two }]),
          "/wso2": {
            get: { security: [], responses: {}, "x-wso2-production-endpoints": { urls: ["pets", "canary"], type: "load_balance" } },
          },
        },
      },
      [targetEndpoint("pets", { url: `${zero}/base` }), targetEndpoint("canary", { url: one })],
    );
  });
  const ask = (path: string) => () => gateway.get(path);

  it("go to each place by its share", async () => {
    const found = await tally(400, ask("/named"));
    assert.deepEqual(Object.keys(found), ["0", "1"]);
    // Each request is drawn by itself: the share is near, within five times its deviation.
    assert.ok(Math.abs((found["1"] ?? 0) - 40) < 30, JSON.stringify(found));
    assert.deepEqual(Object.keys(await tally(60, ask("/wso2"))), ["0", "1"]);
    assert.deepEqual(await tally(10, ask("/one")), { 2: 10 });
  });

  it("have the path that their own place has before theirs", async () => {
    await tally(60, ask("/urls"));
    const paths = (index: number): readonly string[] => [...new Set(all[index]?.received.map(({ path }) => path))].toSorted();
    assert.deepEqual(paths(0), ["/base/named", "/base/wso2"]);
    assert.ok(paths(1).includes("/one/urls") && paths(2).includes("/two/urls"), JSON.stringify([paths(1), paths(2)]));
  });
});
