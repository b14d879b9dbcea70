import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type Connection, fakeCluster } from "../../testing/fake-cluster.ts";
import { startFakeRegistry } from "../../testing/fake-registry.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import { stillTime } from "../../testing/still-time.ts";
import { until } from "../../testing/until.ts";
import type { ImageReference } from "../image/reference.ts";
import { noCredentials } from "../image/registry/credentials.ts";
import { makeMetrics } from "./metrics.ts";
import { operate } from "./operator.ts";
import type { OperatorSettings } from "./settings.ts";

const settings: OperatorSettings = {
  namespace: "a",
  registry: { registry: "registry.test", repository: "apis" },
  base: { registry: "registry.test", repository: "gateway", tag: "1", digest: `sha256:${"0".repeat(64)}` },
  builder: "layer",
  kaniko: undefined,
  pullSecret: undefined,
  limitsService: undefined,
  traces: undefined,
  version: "1.0.0",
};

const path = "/apis/portico.dev/v1alpha1/namespaces/a/apis/pets";
const api = {
  metadata: { name: "pets", namespace: "a", generation: 1 },
  spec: { definition: [{ configMap: { name: "pets" } }] },
};
const unreachable = new Error("refused");

/** An operator in a cluster with one API. */
function operator(t: TestContext, trouble: Connection["trouble"], base: ImageReference = settings.base) {
  const cluster = fakeCluster();
  cluster.put(path, api);
  const connection = cluster.open();
  connection.trouble = trouble;
  const ended = new AbortController();
  t.after(() => ended.abort());
  const building = {
    registries: openRegistries({ after: (end) => t.after(end) }),
    pullCredentials: noCredentials,
    builder: () => assert.fail("nothing is built here"),
    leads: () => true,
  };
  const run = {
    connection,
    works: false,
    isOver: false,
    begin: (): void => {
      const works = (): void => {
        run.works = true;
      };
      const surroundings = { transport: connection.transport, building, log: () => {}, metrics: makeMetrics(), works };
      void operate({ ...settings, base }, surroundings, ended.signal).then(() => {
        run.isOver = true;
      });
    },
    end: () => ended.abort(),
  };
  return run;
}

const silentFor =
  (pattern: RegExp): Connection["trouble"] =>
  (asked) =>
    pattern.test(asked) ? "silent" : undefined;

describe("an operator that is told to end, or leads no more", () => {
  const troubles: Readonly<Record<string, Connection["trouble"]>> = {
    "no kind is listed": () => unreachable,
    "the cluster is silent": () => "silent",
    "APIs are not listed": (asked) => (asked.endsWith("/v1alpha1/apis") ? unreachable : undefined),
    "the list of Secrets never comes": silentFor(/\/v1\/secrets$/),
  };
  for (const [name, trouble] of Object.entries(troubles)) {
    it(`ends at once while ${name}, and never says that it works`, async (t) => {
      const pass = stillTime(t);
      const run = operator(t, trouble);
      run.begin();
      await pass(30_000);
      assert.equal(run.isOver, false);
      run.end();
      assert.equal(await pass(60_000, () => run.isOver), 0);
      run.connection.trouble = () => undefined;
      await pass(60_000);
      assert.equal(run.works, false);
    });
  }

  it("ends at once while its base's registry is slow, and never says that it works", { timeout: 10_000 }, async (t) => {
    const registry = await startFakeRegistry({ after: (end) => t.after(end) });
    const late: ServerResponse[] = [];
    registry.fault = (_, response) => late.push(response) > 0;
    const run = operator(t, () => undefined, { registry: registry.host, repository: "gateway", tag: "1", digest: undefined });
    run.begin();
    await until("the registry is asked", () => late.length > 0);
    run.end();
    await until("it is over", () => run.isOver, 1_000);
    for (const response of late) response.writeHead(404).end();
    await wait(200);
    assert.equal(run.works, false);
  });

  it("does not begin when it is told so before", async (t) => {
    const pass = stillTime(t);
    const run = operator(t, () => undefined);
    run.end();
    run.begin();
    assert.equal(await pass(60_000, () => run.isOver), 0);
    await pass(60_000);
    assert.equal(run.works, false);
  });

  it("ends at once when it works, and soon when the cluster is silent in the middle of a change", async (t) => {
    const pass = stillTime(t);
    for (const [pattern, boundMs] of [
      [/nothing/, 0],
      [/^PATCH/, 10_000],
    ] as const) {
      const run = operator(t, silentFor(pattern));
      run.begin();
      await pass(1_000);
      assert.equal(run.works, true);
      assert.equal(run.connection.asked.at(-1), `PATCH ${path}/status`);
      run.end();
      const endedMs = await pass(60_000, () => run.isOver);
      assert.ok(endedMs <= boundMs, String(endedMs));
    }
  });
});
