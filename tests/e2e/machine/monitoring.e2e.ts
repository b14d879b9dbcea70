import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { dump } from "js-yaml";
import { ruleGroups } from "../../../scripts/monitoring/files.ts";
import { alerts, rows } from "../../../scripts/monitoring/queries.ts";
import { makeMetrics } from "../../../src/controller/metrics.ts";
import { startBackend } from "../../../testing/backend.ts";
import { freePort } from "../../../testing/free-port.ts";
import { serveHttp } from "../../../testing/http-server.ts";
import { until } from "../../../testing/until.ts";
import { sentTo, targetEndpoint } from "../../backends/served.ts";
import { rateLimiting } from "../../limits/limited-gateway.ts";
import { keySecurity, protectedGateway } from "../../security/protected-gateway.ts";
import { unpackPrometheus } from "../cluster/parts/daemons.ts";
import { testFolder } from "../harness/test-folder.ts";

/** Whether everything goes wrong that alerts are for. */
interface Trouble {
  isThere: boolean;
}

/** A gateway of one of everything that is looked at; its monitoring port, and a round of requests. */
async function gatewayIn(t: TestContext, trouble: Trouble) {
  const failing = await startBackend(t, (_, response) => void response.writeHead(trouble.isThere ? 500 : 200).end());
  const slow = await startBackend(t, async (_, response) => {
    if (trouble.isThere) await wait(1500);
    response.end();
  });
  const good = await startBackend(t);
  const away = await freePort();
  const active = { path: "/", interval: "100ms", timeout: "1s", healthyThreshold: 1, unhealthyThreshold: 1 };
  const limitsService = { host: "127.0.0.1", port: await freePort() };
  const gateway = await protectedGateway(
    t,
    {
      components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
      paths: {
        ...Object.fromEntries(["good", "failing", "slow", "away"].map((name) => [`/${name}`, sentTo(name)])),
        "/key": { get: { security: [{ key: [] }], responses: {}, "x-portico": { backend: "good" } } },
        "/limited": { get: { security: [], responses: {}, "x-portico": { backend: "good", rateLimit: "many" } } },
      },
    },
    [
      targetEndpoint("good", { url: good.url }),
      targetEndpoint("failing", { url: failing.url, retry: { attempts: 1, statuses: [500] } }),
      targetEndpoint("slow", { url: slow.url }),
      targetEndpoint("away", { url: `http://127.0.0.1:${away}`, healthCheck: { active } }),
      rateLimiting("many", { requests: 1_000_000, unit: "day", scope: "global" }),
      ...keySecurity("key", { alice: "key-of-alice" }),
    ],
    { limitsService },
  );
  const round = async (): Promise<void> => {
    void gateway.get("/slow");
    const paths = ["/good", "/failing", "/away", ...(trouble.isThere ? ["/limited", ...Array.from({ length: 10 }, () => "/key")] : [])];
    await Promise.all(paths.map((path) => gateway.get(path)));
  };
  /** The backend that is away comes back. */
  const mend = async (): Promise<void> => {
    await serveHttp(t, (_, response) => void response.end(), away);
  };
  return { gateway, round, mend };
}

/** What an operator counts of itself, and a round of its work. */
async function operatorIn(t: TestContext, trouble: Trouble) {
  const metrics = makeMetrics();
  metrics.follow(() => (trouble.isThere ? 1000 : 0));
  const port = await serveHttp(t, async (_, response) => void response.end(await metrics.text()));
  const round = (): void => {
    metrics.reconciled("API", trouble.isThere ? "failed" : "done", 0.01);
    metrics.built("layer", !trouble.isThere, 1);
  };
  round();
  return { port, round };
}

/** A real Prometheus with the rules, whose times are short; what it answers. */
async function prometheus(t: TestContext, ports: readonly number[]) {
  const folder = await testFolder(t);
  const short = alerts.map((alert) => ({ ...alert, expr: alert.expr.replaceAll(/\[\d+m\]/g, "[4s]"), lasting: "1s" }));
  await writeFile(join(folder, "rules.yaml"), dump(ruleGroups(short)));
  const configuration = {
    global: { scrape_interval: "500ms", scrape_timeout: "500ms", evaluation_interval: "500ms" },
    rule_files: ["rules.yaml"],
    scrape_configs: [{ job_name: "portico", static_configs: [{ targets: ports.map((port) => `127.0.0.1:${port}`) }] }],
  };
  await writeFile(join(folder, "prometheus.yaml"), dump(configuration));
  const program = join(await unpackPrometheus(t.diagnostic.bind(t)), "usr/bin/prometheus");
  const port = await freePort();
  const options = [
    `--config.file=${folder}/prometheus.yaml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const running = spawn(program, options, { stdio: "ignore" });
  t.after(async () => {
    if (running.exitCode !== null) return;
    running.kill("SIGTERM");
    await once(running, "exit");
  });
  const ask = async (path: string): Promise<{ readonly data?: unknown }> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`).catch(() => undefined);
    return JSON.parse((await answer?.text().catch(() => "{}")) ?? "{}");
  };
  return {
    /** How many series a query has. */
    count: async (query: string): Promise<number> => {
      const { data } = await ask(`query?query=${encodeURIComponent(query)}`);
      const { result } = Object(data);
      return Array.isArray(result) ? result.filter(({ value }) => value[1] !== "NaN").length : 0;
    },
    /** The names of the alerts that fire. */
    firing: async (): Promise<readonly string[]> => {
      const { alerts: all } = Object((await ask("alerts")).data);
      assert.ok(all === undefined || Array.isArray(all));
      const names: readonly string[] = (all ?? []).flatMap((one: { state: string; labels: { alertname: string } }) =>
        one.state === "firing" ? [one.labels.alertname] : [],
      );
      return [...new Set(names)].toSorted();
    },
  };
}

/** Routes that Envoy does not take: a host has a name. */
const refusedRoutes = (version: number): string => {
  const type = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
  return JSON.stringify({ version_info: String(version), resources: [{ "@type": type, name: "routes", virtual_hosts: [{ name: "" }] }] });
};

describe("what a Prometheus sees", { timeout: 300_000 }, () => {
  it("is in every panel, and every alert fires while it should, and clears", async (t) => {
    const trouble: Trouble = { isThere: true };
    const { gateway, round, mend } = await gatewayIn(t, trouble);
    const operator = await operatorIn(t, trouble);
    const { count, firing } = await prometheus(t, [gateway.monitoring, operator.port]);
    const ended = new AbortController();
    const traffic = (async () => {
      while (!ended.signal.aborted) {
        operator.round();
        await round();
        await wait(200);
      }
    })();
    t.after(async () => {
      ended.abort();
      await traffic;
    });
    const routes = await readFile(join(gateway.envoy.folder, "image/routes.json"), "utf8");
    const expected = alerts.map(({ name }) => name).toSorted();
    let turn = 0;
    await until(
      "all alerts fire",
      async () => {
        await gateway.envoy.write("image/routes.json", refusedRoutes(turn++));
        await wait(300);
        return (await firing()).length === expected.length;
      },
      90_000,
    );
    assert.deepEqual(await firing(), expected);
    for (const { title, panels } of rows)
      for (const panel of panels)
        for (const { expr } of panel.queries)
          assert.ok((await count(expr.replaceAll("$__rate_interval", "10s"))) > 0, `${title}, ${panel.title}: ${expr} has no series`);
    trouble.isThere = false;
    await gateway.envoy.write("image/routes.json", routes);
    await mend();
    await until("all alerts are clear", async () => (await firing()).length === 0, 90_000);
  });
});
