import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { type Backend, startBackend } from "../../testing/backend.ts";
import { freePort } from "../../testing/free-port.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { startRawBackend } from "../../testing/raw-backend.ts";
import { type Scope, within } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { tally } from "../backends/served.ts";
import { operation, wso2Gateway } from "./wso2-gateway.ts";

/** A gateway before one url, with an `advanceEndpointConfig`. */
const served = (scope: Scope, url: string, advanceEndpointConfig: object) =>
  wso2Gateway(scope, {
    "x-wso2-disable-security": true,
    "x-wso2-production-endpoints": { urls: [url], type: "http", advanceEndpointConfig },
    paths: { "/pets": operation() },
  });

/** A backend that answers with one status after the other, as its requests come; the last one stays. */
function answering(scope: Scope, ...statuses: readonly number[]): Promise<Backend> {
  let asked = 0;
  return startBackend(scope, (_, response) => void response.writeHead(statuses[Math.min(asked++, statuses.length - 1)] ?? 200).end("done"));
}

describe("advanceEndpointConfig", { timeout: 60_000 }, () => {
  it("timeoutInMillis is as long as an answer may take", async (t) => {
    const port = await startRawBackend(t, () => undefined);
    const gateway = await served(t, `http://127.0.0.1:${port}`, { timeoutInMillis: 300 });
    const began = performance.now();
    assertProblem(await gateway.get("/pets"), "504 backend-timeout");
    const took = performance.now() - began;
    assert.ok(took >= 290 && took < 3000, `${took} ms`);
  });

  const retryConfig = { count: 2, intervalInMillis: 1, backOffFactor: 2, maxWaitIntervalInMillis: 10, statusCodes: [418, 503] };

  it("retryConfig sends a request again, so often, after such statuses, by safe methods", async () => {
    const ask = (line: string, statuses: readonly number[], config: object = retryConfig): Promise<readonly number[]> =>
      within(async (scope) => {
        const backend = await answering(scope, ...statuses);
        const gateway = await served(scope, backend.url, { retryConfig: config });
        const { status } = await gateway.get(line);
        return [status, backend.received.length];
      });
    assert.deepEqual(await ask("/pets", [503, 418, 200]), [200, 3]);
    assert.deepEqual(await ask("/pets", [503]), [503, 3]);
    assert.deepEqual(await ask("/pets", [500, 200]), [500, 1]);
    assert.deepEqual(await ask("POST /pets", [503, 200]), [503, 1]);
    assert.deepEqual(await ask("/pets", [504, 200], { ...retryConfig, statusCodes: "502,504" }), [200, 2]);
  });

  it("circuitBreaker gives a backend nothing once the share of its failures is too large, and tries it again later", async (t) => {
    let status = 500;
    const flaky = await startBackend(t, (_, response) => void response.writeHead(status).end("done"));
    const gateway = await served(t, flaky.url, {
      circuitBreaker: {
        rollingWindow: { requestVolumeThreshold: 5, timeWindowInMillis: 200, bucketSizeInMillis: 20 },
        failureThreshold: 0.5,
        resetTimeInMillis: 300,
        statusCodes: [500],
      },
    });
    await until("the circuit is open", async () => (await tally(20, () => gateway.get("/pets")))["503"] === 20);
    assertProblem(await gateway.get("/pets"), "503 backend-unavailable");
    status = 200;
    await until("it is closed", async () => (await tally(10, () => gateway.get("/pets"))).done === 10);
    status = 418;
    assert.deepEqual(await tally(50, () => gateway.get("/pets")), { 418: 50 });
  });

  it("poolConfig bounds connections", async (t) => {
    const port = await freePort();
    let opened = 0;
    const waiting: (() => void)[] = [];
    const server = createServer((_, response) => void waiting.push(() => response.end("done"))).on("connection", () => opened++);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const poolConfig = { maxActiveConnections: 2, maxIdleConnections: -1, waitTimeInMillis: -1, maxActiveStreamsPerConnection: -1 };
    const gateway = await served(t, `http://127.0.0.1:${port}`, { poolConfig });
    const answers = Array.from({ length: 10 }, () => gateway.get("/pets"));
    for (let answered = 0; answered < 10; ) {
      await until("the next ones are with the backend", () => waiting.length === 2);
      for (const answer of waiting.splice(0)) answer();
      answered += 2;
    }
    assert.deepEqual([...new Set((await Promise.all(answers)).map(({ status }) => status))], [200]);
    assert.equal(opened, 2);
  });
});
