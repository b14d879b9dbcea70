import assert from "node:assert/strict";
import { it } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { makeMetrics } from "./metrics.ts";
import { serveMonitoring } from "./monitoring.ts";

it("an operator says whether it lives and is ready, and counts what it does", async (t) => {
  const metrics = makeMetrics();
  let ready = false;
  const port = await freePort();
  const server = serveMonitoring({ ready: () => ready, metrics: metrics.text }, port);
  t.after(() => server.close());
  const answer = async (path: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { status: response.status, body: await response.text() };
  };
  metrics.follow(() => 3);
  metrics.reconciled("API", "done", 0.01);
  metrics.reconciled("API", "done", 0.01);
  metrics.built("layer", false, 1);
  metrics.refused("API", "NotYaml");
  assert.deepEqual([(await answer("/healthz")).status, (await answer("/readyz")).status], [200, 503]);
  ready = true;
  assert.equal((await answer("/readyz")).status, 200);
  assert.deepEqual([(await answer("/other")).status, (await answer("/metrics", "POST")).status], [404, 405]);
  const { body } = await answer("/metrics");
  for (const line of [
    'portico_reconciles_total{kind="API",outcome="done"} 2',
    'portico_build_seconds_count{builder="layer",outcome="failed"} 1',
    'portico_refusals_total{kind="API",reason="NotYaml"} 1',
    "portico_queue_depth 3",
  ])
    assert.ok(body.includes(line), line);
});
