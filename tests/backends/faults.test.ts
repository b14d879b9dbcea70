import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { startRawBackend } from "../../testing/raw-backend.ts";
import type { Scope } from "../../testing/scope.ts";
import { silentPort } from "../../testing/silent-port.ts";
import { until } from "../../testing/until.ts";
import { gatewayTo, numbered, sentTo, tally } from "./served.ts";

/** A backend that answers with one status after the other, as its requests come; the last one stays. */
async function answering(scope: Scope, statuses: readonly number[]) {
  let asked = 0;
  return startBackend(scope, (_, response) => {
    const status = statuses[Math.min(asked++, statuses.length - 1)] ?? 200;
    response.writeHead(status).end("done");
  });
}

describe("a connection to a backend", () => {
  for (const [title, more, isClosed] of [
    ["that is not used for so long as is said is closed", { idleTimeout: "200ms" }, true],
    ["is kept where nothing is said", {}, false],
  ] as const)
    it(title, async (t) => {
      let [opened, closed] = [0, 0];
      const port = await startRawBackend(t, (socket) => {
        opened++;
        socket.on("close", () => closed++);
        const answer = (): void => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        socket.on("data", answer);
        answer();
      });
      const gateway = await gatewayTo(t, { pets: { url: `http://127.0.0.1:${port}`, ...more } });
      assert.equal((await gateway.get("/pets")).status, 200);
      const began = performance.now();
      await until("it is closed, or a second is over", () => closed === 1 || performance.now() - began > 1000);
      assert.equal((await gateway.get("/pets")).status, 200);
      assert.deepEqual([opened, closed], isClosed ? [2, 1] : [1, 0]);
    });
});

describe("a backend that answers no call", () => {
  it("is given up after as long as is said, and asked again", async (scope) => {
    const { port, wake } = await silentPort(scope);
    const url = `http://127.0.0.1:${port}`;
    const gateway = await gatewayTo(scope, { pets: { url, connectTimeout: "300ms" }, usual: { url } });
    const began = performance.now();
    const [said, usual] = await Promise.all(
      ["/pets", "/usual"].map(async (path) => {
        const { status } = await gateway.get(path);
        return { status, seconds: (performance.now() - began) / 1000 };
      }),
    );
    assert.deepEqual([said?.status, usual?.status], [502, 502]);
    // Where nothing is said it is five seconds.
    assert.ok((said?.seconds ?? 0) > 0.29 && (said?.seconds ?? 9) < (usual?.seconds ?? 0), JSON.stringify([said, usual]));
    assert.ok((usual?.seconds ?? 0) > 4.9 && (usual?.seconds ?? 9) < 8, JSON.stringify(usual));
    wake();
    await until("it is asked again", async () => (await gateway.get("/pets")).body === "well");
  });
});

describe("a request is sent again", () => {
  const served = async (scope: Scope, statuses: readonly number[], retry: object) => {
    const backend = await answering(scope, statuses);
    const gateway = await gatewayTo(scope, { pets: { url: backend.url, retry } });
    const asked = (): number => backend.received.length;
    return { gateway, asked };
  };

  it("after the statuses that are said, so often at most", async (scope) => {
    const { gateway, asked } = await served(scope, [503, 502, 200], { attempts: 2, backoff: "1ms" });
    assert.deepEqual([(await gateway.get("/pets")).status, asked()], [200, 3]);
    const never = await served(scope, [503], { attempts: 2, backoff: "1ms", maxBackoff: "2ms", budgetPercent: 100 });
    assert.deepEqual([(await never.gateway.get("/pets")).status, never.asked()], [503, 3]);
    const other = await served(scope, [500, 200], { attempts: 2, backoff: "1ms" });
    assert.deepEqual([(await other.gateway.get("/pets")).status, other.asked()], [500, 1]);
    const named = await served(scope, [418, 200], { attempts: 1, statuses: [418], backoff: "1ms" });
    assert.deepEqual([(await named.gateway.get("/pets")).status, named.asked()], [200, 2]);
  });

  it("after pauses that grow and are never the same", async (scope) => {
    const times: number[] = [];
    const { url } = await startBackend(scope, (_, response) => {
      times.push(performance.now());
      response.writeHead(503).end();
    });
    const retry = { attempts: 8, backoff: "100ms", maxBackoff: "200ms", budgetPercent: 100 };
    const gateway = await gatewayTo(scope, { pets: { url, retry } });
    assert.equal((await gateway.get("/pets")).status, 503);
    const pauses = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)));
    assert.equal(pauses.length, 8);
    // Each is anything up to its bound (envoy: "x-envoy-max-retries"): of eight that are less than 50 ms together one run in 10^9 has some.
    assert.ok(pauses.reduce((sum, one) => sum + one) > 50, pauses.join());
    assert.ok(new Set(pauses).size > 1, pauses.join());
  });

  it("by safe methods alone, unless others are named", async (scope) => {
    const { gateway, asked } = await served(scope, [503, 200], { attempts: 1, backoff: "1ms" });
    assert.deepEqual([(await gateway.get("POST /pets")).status, asked()], [503, 1]);
    const named = await served(scope, [503, 200], { attempts: 1, methods: ["POST"], backoff: "1ms" });
    assert.deepEqual([(await named.gateway.get("POST /pets")).status, named.asked()], [200, 2]);
  });

  it("when an attempt takes too long, or its connection breaks", async (scope) => {
    let asked = 0;
    const slow = await startBackend(scope, (_, response) => {
      if (asked++ > 0) response.end("at last");
    });
    const gateway = await gatewayTo(scope, { pets: { url: slow.url, retry: { attempts: 1, perTryTimeout: "200ms", backoff: "1ms" } } });
    assert.deepEqual([(await gateway.get("/pets")).status, asked], [200, 2]);
    let connections = 0;
    const broken = await startRawBackend(scope, (socket) =>
      connections++ === 0 ? socket.resetAndDestroy() : socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    );
    const other = await gatewayTo(scope, { pets: { url: `http://127.0.0.1:${broken}`, retry: { attempts: 1, backoff: "1ms" } } });
    assert.deepEqual([(await other.get("/pets")).status, connections], [200, 2]);
  });

  for (const [title, more, isAll] of [
    ["not all, where many fail at once", {}, false],
    ["all, where its backend may be asked so much", { budgetPercent: 100 }, true],
  ] as const)
    it(title, async (t) => {
      const many = 40;
      const waiting: (() => void)[] = [];
      let asked = 0;
      const backend = await startBackend(t, (_, response) => {
        const fail = (): void => void response.writeHead(503).end();
        if (++asked > many) return fail();
        waiting.push(fail);
        // The first ones fail together.
        if (waiting.length === many) for (const one of waiting) one();
      });
      const gateway = await gatewayTo(t, { pets: { url: backend.url, retry: { attempts: 1, ...more } } });
      await Promise.all(Array.from({ length: many }, () => gateway.get("/pets")));
      assert.ok(asked > many && (isAll ? asked === 2 * many : asked < 2 * many), `${asked} requests`);
    });

  it("as an operation says, before what its backend says", async (scope) => {
    const backend = await answering(scope, [503, 503, 200]);
    const retry = { attempts: 2, backoff: "1ms" };
    const paths = { "/more": sentTo("pets", { retry }), "/none": sentTo("pets", { retry: { attempts: 0 } }) };
    const gateway = await gatewayTo(scope, { pets: { url: backend.url, retry: { attempts: 1, backoff: "1ms" } } }, paths);
    assert.deepEqual([(await gateway.get("/none")).status, backend.received.length], [503, 1]);
    assert.deepEqual([(await gateway.get("/more")).status, backend.received.length], [200, 3]);
  });

  it("at another url, where there is one", async (scope) => {
    const [good] = await numbered(scope, 1);
    const bad = await answering(scope, [503]);
    const gateway = await gatewayTo(scope, { pets: { urls: [bad.url, good?.url ?? ""], retry: { attempts: 1, backoff: "1ms" } } });
    assert.deepEqual(await tally(10, () => gateway.get("/pets")), { 0: 10 });
  });
});

describe("a backend that fails", () => {
  it("is found out by the errors of its requests, and asked again later", async (scope) => {
    const [good] = await numbered(scope, 1);
    let isBad = true;
    const flaky = await startBackend(scope, (_, response) => void response.writeHead(isBad ? 500 : 200).end("back"));
    const healthCheck = { ejection: { consecutiveErrors: 3, interval: "100ms", ejectionTime: "200ms" } };
    const gateway = await gatewayTo(scope, { pets: { urls: [flaky.url, good?.url ?? ""], healthCheck } });
    await until("the bad one is out", async () => (await tally(10, () => gateway.get("/pets")))["0"] === 10);
    isBad = false;
    await until("it is asked again", async () => (await tally(10, () => gateway.get("/pets"))).back === 5);
  });

  it("is found out by asking it at intervals, under its own name, before any request meets it", async (scope) => {
    const [good] = await numbered(scope, 1);
    const asked: string[] = [];
    let isBad = true;
    const sick = await startBackend(scope, ({ path, headers }, response) => {
      if (path === "/health") asked.push(String(headers.host));
      response.writeHead(path === "/health" && isBad ? 500 : 200).end("sick");
    });
    const active = { path: "/health", interval: "100ms", timeout: "1s", healthyThreshold: 1, unhealthyThreshold: 1, statuses: [200, 204] };
    const gateway = await gatewayTo(scope, { pets: { urls: [sick.url, good?.url ?? ""], healthCheck: { active } } });
    assert.deepEqual(await tally(10, () => gateway.get("/pets")), { 0: 10 });
    assert.equal(asked[0], new URL(sick.url).host);
    isBad = false;
    await until("it is well", async () => (await tally(10, () => gateway.get("/pets"))).sick === 5);
  });

  it("answers 503 where no url is well", async (scope) => {
    const sick = await answering(scope, [500]);
    const gateway = await gatewayTo(scope, {
      pets: { url: sick.url, healthCheck: { active: { path: "/", interval: "100ms", unhealthyThreshold: 1 } } },
    });
    const answer = await gateway.get("/pets");
    assert.deepEqual([answer.status, JSON.parse(answer.body).type], [503, "https://portico.dev/errors/backend-unavailable"]);
  });

  it("is given nothing once the share of failures is too large, and tried again after a while", async (scope) => {
    let status = 500;
    const flaky = await startBackend(scope, (_, response) => void response.writeHead(status).end("done"));
    const window = { duration: "200ms", minRequests: 5, failurePercent: 50, statuses: [500], resetAfter: "300ms" };
    const gateway = await gatewayTo(scope, { pets: { url: flaky.url, circuitBreaker: { window } } });
    await until("the circuit is open", async () => (await tally(20, () => gateway.get("/pets")))["503"] === 20);
    status = 200;
    await until("it is closed", async () => (await tally(10, () => gateway.get("/pets"))).done === 10);
    status = 418;
    assert.deepEqual(await tally(50, () => gateway.get("/pets")), { 418: 50 });
  });

  it("gets no more requests at once than it is to", async (scope) => {
    const waiting: (() => void)[] = [];
    const slow = await startBackend(scope, (_, response) => void waiting.push(() => response.end("done")));
    const gateway = await gatewayTo(scope, {
      pets: { url: slow.url, circuitBreaker: { maxRequests: 2 } },
      pool: { url: slow.url, connectionPool: { maxConnections: 1 }, circuitBreaker: { maxPendingRequests: 1 } },
    });
    const two = [gateway.get("/pets"), gateway.get("/pets")];
    await until("both are under way", () => waiting.length === 2);
    const third = await gateway.get("/pets");
    assert.deepEqual([third.status, JSON.parse(third.body).type], [503, "https://portico.dev/errors/backend-unavailable"]);
    for (const answer of waiting.splice(0)) answer();
    assert.deepEqual(
      (await Promise.all(two)).map(({ status }) => status),
      [200, 200],
    );
    // Each of Envoy's threads may have one connection.
    const many = Array.from({ length: 20 }, () => gateway.get("/pool"));
    const first = await Promise.race(many);
    assert.equal(first.status, 503);
    const release = setInterval(() => {
      for (const answer of waiting.splice(0)) answer();
    }, 10);
    scope.after(async () => clearInterval(release));
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    assert.ok(statuses.filter((status) => status === 200).length < 10, statuses.join());
  });
});
