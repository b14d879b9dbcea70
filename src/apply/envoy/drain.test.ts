import assert from "node:assert/strict";
import { Agent, get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { it } from "node:test";
import { withEnvoy } from "../../../testing/envoy.ts";
import { freePort } from "../../../testing/free-port.ts";
import { minimalGateway } from "../../../testing/minimal-gateway.ts";
import { adminClient } from "./admin.ts";
import { drain } from "./drain.ts";

it("a gateway that drains goes on serving, and waits until its clients are gone, for as long as it may", async (t) => {
  const port = await freePort();
  const files = minimalGateway(port);
  const named = [...files].map(([path, content]) => [path, content.replaceAll('"stat_prefix":"main"', '"stat_prefix":"gateway"')] as const);
  const { admin } = await withEnvoy(t, new Map(named));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answer = async (): Promise<string> => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: "127.0.0.1", port, agent }, resolve).on("error", reject);
    });
    return text(response);
  };
  assert.equal(await answer(), "hello\n");
  assert.equal(await drain(admin, { leastMs: 0, mostMs: 300 }), 1, "the client that stays is counted");
  assert.equal(await answer(), "hello\n", "it is served all the same");
  const drained = drain(admin, { leastMs: 0, mostMs: 20_000 });
  agent.destroy();
  assert.equal(await drained, 0);
  const began = performance.now();
  assert.equal(await drain(admin, { leastMs: 300, mostMs: 20_000 }), 0);
  assert.ok(performance.now() - began >= 300, "whoever has not heard of it yet may still come");
});

it("where no Envoy runs, nobody is to be sent away", async () => {
  assert.equal(await drain(adminClient("/nowhere/admin.sock"), { leastMs: 10_000, mostMs: 10_000 }), 0);
});
