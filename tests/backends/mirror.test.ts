import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Backend, startBackend } from "../../testing/backend.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { protectedGateway } from "../security/protected-gateway.ts";
import { numbered, sentTo, tally, targetEndpoint } from "./served.ts";

describe("copies of requests", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  let copies: Backend;
  before(async () => {
    const [pets] = await numbered(scope, 1);
    // Whatever it answers is thrown away.
    copies = await startBackend(scope, (_, response) => void response.writeHead(500).end("copy"));
    gateway = await protectedGateway(
      scope,
      {
        paths: {
          "/all": sentTo("pets", { mirror: { name: "copies" } }),
          "/some": sentTo("pets", { mirror: { url: copies.url, percent: 30 } }),
          "/none": sentTo("pets", { mirror: { name: "copies", percent: 0 } }),
          "/gone": sentTo("pets", { mirror: { url: "http://127.0.0.1:1" } }),
        },
      },
      [targetEndpoint("pets", { url: pets?.url }), targetEndpoint("copies", { url: copies.url })],
    );
  });
  const copied = (path: string): number => copies.received.filter((one) => one.path === path).length;

  it("go to a second backend, which answers nobody", async () => {
    assert.deepEqual(await tally(20, () => gateway.get("POST /all", { "x-a": "1" })), { 0: 20 });
    await until("all copies are there", () => copied("/all") === 20);
    const { method, headers } = copies.received[0] ?? assert.fail();
    assert.deepEqual([method, headers["x-a"]], ["POST", "1"]);
  });

  it("are as many of a hundred as is said", async () => {
    assert.deepEqual(await tally(200, () => gateway.get("/some")), { 0: 200 });
    // Drawn one by one: within five times the deviation.
    await until("some are there", () => copied("/some") > 28);
    assert.ok(copied("/some") < 93, String(copied("/some")));
    assert.deepEqual(await tally(20, () => gateway.get("/none")), { 0: 20 });
    assert.equal(copied("/none"), 0);
  });

  it("that reach nobody hurt nobody", async () => {
    assert.deepEqual(await tally(20, () => gateway.get("/gone")), { 0: 20 });
  });
});
