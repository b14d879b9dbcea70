import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { startBackend } from "../../testing/backend.ts";
import { servePortico } from "../../testing/portico.ts";
import { assertProblem, parseAnswers } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import { sendBytes } from "../../testing/raw-socket.ts";
import { until } from "../../testing/until.ts";

const canary = "c4n4ry-d0-n0t-l0g";

const shop = (backend: string): string => `openapi: 3.1.0
info: { title: Shop, version: 1.0.0 }
servers: [{ url: "${backend}" }]
security: []
paths:
  /proxied: { get: { operationId: proxied } }
  /mocked: { get: { operationId: mocked, x-portico: { mock: true } } }
  /closed: { get: { operationId: closed, security: [{ token: [] }] } }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
`;

describe("the access log", () => {
  it("names the operation, and never holds a credential or a query's value", async (t) => {
    const backend = await startBackend(t);
    const gateway = await servePortico(t, { "shop.yaml": shop(backend.url) });
    const headers = {
      authorization: `Bearer ${canary}`,
      cookie: `session=${canary}`,
      "x-api-key": canary,
      referer: `http://a.test/?k=${canary}`,
    };
    const paths = ["/proxied", "/mocked", "/closed", "/nothing", "/a%2Fb"];
    const statuses = [];
    for (const path of paths) statuses.push((await send(gateway.port, { send: `GET ${path}?token=${canary}`, headers })).status);
    assert.deepEqual(statuses, [200, 200, 401, 404, 400]);
    assert.ok(backend.received[0]?.path.includes(canary), "the backend got what the log must not have");
    // A path is logged: the search below would find the canary if it were anywhere in the output.
    await send(gateway.port, { send: `GET /shown/${canary}` });
    await until("six lines", () => gateway.stdout.length === 6);
    assert.ok(gateway.stdout.at(-1)?.includes(canary), "the search finds one that is there");
    assert.ok(!gateway.stdout.slice(0, -1).join("\n").includes(canary));
    assert.ok(!gateway.stderr.join("\n").includes(canary));
    const fields = [
      "api",
      "operation",
      "route",
      "method",
      "status",
      "durationMs",
      "backendMs",
      "bytesIn",
      "bytesOut",
      "requestId",
      "client",
    ];
    const [proxied] = gateway.stdout.map((line): unknown => JSON.parse(line));
    assert.ok(typeof proxied === "object" && proxied !== null);
    for (const field of fields) assert.ok(field in proxied, field);
    assert.match(gateway.stdout[0] ?? "", /"operation":"proxied".*"route":"\/proxied".*"status":200/);
  });
});

describe("the access log of a request that is refused before anything else", () => {
  it("has an id of its own, and no path but the one that was asked for, whatever the client says of them", async (t) => {
    const gateway = await servePortico(t, { "shop.yaml": shop("http://127.0.0.1:1") });
    const forged = { "x-envoy-original-path": "/login/alice", "x-request-id": canary };
    const answer = await send(gateway.port, { send: "GET /a%2fb", headers: forged });
    assert.equal(answer.status, 400);
    const id = answer.headers["x-request-id"] ?? "";
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(JSON.parse(answer.body).requestId, id);
    const line = await accessLine(gateway, id);
    assert.deepEqual([line.path, line.details, line.requestId], [null, "path_normalization_failed", id]);
    const [hostless] = parseAnswers(
      await sendBytes(gateway.port, Buffer.from(`GET /a%2fb?q=${canary} HTTP/1.1\r\nConnection: close\r\n\r\n`)),
    );
    const { path, details } = await accessLine(gateway, hostless?.headers["x-request-id"]);
    assert.deepEqual([path, details], ["/a%2fb", "missing_host_header"]);
    assert.ok(!gateway.stdout.join("\n").includes(canary));
  });
});

describe("the monitoring listener", () => {
  it("answers /livez, /readyz and /metrics, and nothing else of Envoy's admin", async (t) => {
    const { monitoringPort } = await servePortico(t, { "shop.yaml": shop("http://127.0.0.1:9") });
    for (const path of ["/livez", "/readyz", "/metrics"])
      assert.equal((await send(monitoringPort, { send: `GET ${path}` })).status, 200, path);
    const others = [
      ...[
        "/",
        "/stats",
        "/config_dump",
        "/clusters",
        "/certs",
        "/server_info",
        "/metrics/",
        "/metrics/../config_dump",
        "/metrics/%2e%2e/config_dump",
      ],
      ...["//config_dump", "/livez/../stats", "/readyz/..;/stats", "/quitquitquit", "/drain_listeners"],
      ...["/metrics?filter=.*", "/metrics?usedonly", "/readyz?x=1", "/livez?", "/metrics;x", "/METRICS", "/metrics%2f..%2fconfig_dump"],
    ];
    for (const path of others) assert.equal((await send(monitoringPort, { send: `GET ${path}` })).status, 404, path);
    for (const path of ["/quitquitquit", "/metrics", "/readyz", "/livez", "/logging"]) {
      assert.equal((await send(monitoringPort, { send: `POST ${path}` })).status, 404, path);
    }
  });

  it("says no more of itself than the gateway does, and gives the request's id", async (t) => {
    const { monitoringPort } = await servePortico(t, { "shop.yaml": shop("http://127.0.0.1:9") });
    for (const path of ["/livez", "/readyz", "/metrics", "/nothing"]) {
      const answer = await send(monitoringPort, { send: `GET ${path}`, headers: { "x-envoy-upstream-rq-timeout-ms": "1" } });
      assert.match(answer.headers["x-request-id"] ?? "", /^[0-9a-f-]{36}$/, path);
      const names = Object.keys(answer.headers).filter((name) => name === "server" || name.startsWith("x-envoy-"));
      assert.deepEqual(names, [], path);
      if (path === "/nothing") assertProblem(answer, "404 not-found");
    }
    assertProblem(await send(monitoringPort, { send: "GET /livez", headers: { host: "a b" } }), "400 bad-request");
  });

  it("counts requests by API, operation and status, with a bound on the operations that have names", async (t) => {
    const paths = Array.from({ length: 700 }, (_, index) => `  /p${index}: { get: { operationId: o${index} } }\n`).join("");
    const text = `openapi: 3.1.0\ninfo: { title: Many, version: 1.0.0 }\npaths:\n${paths}`;
    const { port, monitoringPort } = await servePortico(t, { "many.yaml": text }, "--mock");
    for (let index = 0; index < 700; index++) await send(port, { send: `GET /p${index}` });
    for (let index = 0; index < 2000; index++) await send(port, { send: `GET /unknown/${index}` });
    const { body } = await send(monitoringPort, { send: "GET /metrics" });
    const counted = [...body.matchAll(/^envoy_portico_requests\{(.*)\} (\d+)$/gm)].map(
      ([, labels = "", count]) => [labels, Number(count)] as const,
    );
    assert.equal(counted.length, 502, "500 operations with names, the others together, and what no operation answers");
    assert.ok(counted.some(([labels, count]) => /api="many".*operation="o7".*code="200"/.test(labels) && count === 1));
    assert.ok(counted.some(([labels, count]) => labels.includes('operation="other"') && count === 200));
    assert.ok(counted.some(([labels, count]) => labels.includes('code="404"') && count === 2000));
  });
});
