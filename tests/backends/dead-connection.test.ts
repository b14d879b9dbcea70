import assert from "node:assert/strict";
import { createServer } from "node:http2";
import { it } from "node:test";
import type { GatewayFiles } from "../../src/compile/engine.ts";
import { fallenBackend } from "../../testing/fallen-backend.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { http1Load } from "../../testing/steady-load.ts";
import { until } from "../../testing/until.ts";
import { gatewayTo } from "./served.ts";

/** What takes twenty seconds, in one. */
const shorter = (files: GatewayFiles): GatewayFiles => {
  const [path, from] = ["mounted/clusters.json", '{"connection_idle_interval":"5s","timeout":"15s"}'] as const;
  const text = files.get(path) ?? "";
  assert.ok(text.includes(from), text);
  return new Map([...files, [path, text.replaceAll(from, '{"connection_idle_interval":"0.3s","timeout":"0.7s"}')]]);
};

it("a connection of HTTP/2 on which nothing comes any more is given up for another, though requests go into it all the time", async (t) => {
  const well = createServer((_, response) => void response.end("well"));
  const backend = await fallenBackend(t, (socket) => void socket.resume(), well);
  const pets = { url: `http://127.0.0.1:${backend.port}`, protocol: "h2c", timeout: "500ms" };
  const gateway = await gatewayTo(t, { pets }, {}, { mutated: shorter });
  assertProblem(await gateway.get("/pets"), "504 backend-timeout");
  backend.recover();
  const load = http1Load(t, gateway.port, "/pets", 4);
  await until("it is well", async () => (await gateway.get("/pets")).status === 200, 10_000);
  const failures = load.seen.failures.length;
  await until("more is asked", () => load.seen.requests > failures + 100);
  await load.stop();
  for (const failure of new Set(load.seen.failures)) assert.ok(["502", "504"].includes(failure), failure);
  // Those that were under way may be counted after the one that was answered.
  assert.ok(load.seen.failures.length <= failures + 4, `${load.seen.failures.length - failures} more`);
  assert.equal(backend.connections(), 2);
});
