import assert from "node:assert/strict";
import { it } from "node:test";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { limited, rateLimiting } from "./limited-gateway.ts";

it("what a service that is away could not count is let through or refused, as each limit says, and counted in metrics", async (t) => {
  const limits = (["open", "closed"] as const).map((onFailure) =>
    rateLimiting(onFailure, { type: "api", requests: 1, unit: "day", scope: "global", onFailure }),
  );
  const files = {
    "pets.json": JSON.stringify({
      ...{ openapi: "3.1.0", info: { title: "Pets", version: "1" } },
      paths: { "/open": limited("open"), "/closed": limited("closed") },
    }),
    "limits.yaml": limits.map((one) => JSON.stringify(one)).join("\n---\n"),
  };
  // Nobody listens on the port of the discard service.
  const gateway = await servePortico(t, files, "--mock", "--resources", "limits.yaml", "--ratelimit", "127.0.0.1:9");
  const status = async (path: string): Promise<number> => (await send(gateway.port, { send: `GET ${path}`, headers: {} })).status;
  assert.deepEqual([await status("/open"), await status("/open"), await status("/closed")], [200, 200, 503]);
  const [, monitoring = ""] = /at (http:\S+)\/metrics/.exec(await gateway.says(/Metrics and health at/)) ?? [];
  const metrics = await (await fetch(`${monitoring}/metrics`)).text();
  assert.match(metrics, /^envoy_cluster_ratelimit_api_open_error\{.*\} 2$/m);
  assert.match(metrics, /^envoy_cluster_ratelimit_api_closed_error\{.*\} 1$/m);
});
