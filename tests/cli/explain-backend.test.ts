import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Scope } from "../../testing/scope.ts";
import { folderWith, portico } from "./portico.ts";

/** What is said of a TargetEndpoint beside where it is, as `name: value`. */
async function said(scope: Scope, spec: object): Promise<readonly string[]> {
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    "x-portico": { backend: "pets" },
    paths: { "/pets": { get: { responses: { 200: { description: "ok" } } } } },
  };
  const endpoint = { apiVersion: "portico.dev/v1alpha1", kind: "TargetEndpoint", metadata: { name: "pets" }, spec };
  const cwd = await folderWith(scope, { "api.json": JSON.stringify(document), "pets.json": JSON.stringify(endpoint) });
  const { code, stdout, stderr } = await portico(["explain", "GET", "/pets", "api.json", "--resources", "pets.json", "--json"], { cwd });
  assert.equal(code, 0, stderr);
  const facts: readonly { readonly name: string; readonly value: string }[] = JSON.parse(stdout).facts;
  const others = new Set(["api", "operation", "path", "access", "backend", "asks", "timeout", "retry"]);
  return facts.flatMap(({ name, value }) => (others.has(name) ? [] : [`${name}: ${value}`]));
}

const url = "https://pets.test";

describe("portico explain says of a backend", { concurrency: 2 }, () => {
  const cases: readonly (readonly [what: string, spec: object, expected: readonly string[]])[] = [
    ["nothing where nothing is said", { url }, []],
    [
      "how it is spoken to",
      { url, protocol: "http2", connectTimeout: "1s", idleTimeout: "30s" },
      ["speaks: HTTP/2", "connection: stands within 1s", "connection: kept for 30s while nothing uses it"],
    ],
    [
      "how it is believed, and what it is shown",
      {
        url,
        tls: { trust: { secret: { name: "authority" } }, serverName: "a.test", clientCertificate: { name: "shown" } },
        credentials: { basic: { name: "user" } },
      },
      [
        "believed: by the authorities of Secret authority (ca.crt)",
        "server name: a.test",
        "shown: the certificate of Secret shown",
        "shown: authorization: basic of Secret user",
      ],
    ],
    ["that it is believed whoever it is", { url, tls: { insecureSkipVerify: true } }, ["believed: whoever it is"]],
    [
      "how one of several urls is chosen",
      { urls: [url, "https://b.test"], loadBalancing: { policy: "ringHash", hash: { header: "X-User" } } },
      ["balancing: the same for the same header x-user"],
    ],
    [
      "how much it is given at once",
      { url, circuitBreaker: { maxRequests: 9 }, connectionPool: { maxConnections: 3 } },
      ["at once: 3 connections, 9 requests at most"],
    ],
    [
      "how one that fails is found out",
      {
        urls: [url, "https://b.test"],
        healthCheck: { active: { path: "/health", interval: "5s" }, ejection: { consecutiveErrors: 3 } },
        circuitBreaker: { window: { duration: "10s", failurePercent: 50, statuses: [500] } },
      },
      [
        "health: asked for /health each 5s; out after 3 without an answer with 200 in 2s, back after 2",
        "ejection: out for 30s after 3 errors in a row, 50 of 100 at most",
        "circuit: nothing for 10s once 50 of 100 in 10s are failures (500), of 10 requests at least",
      ],
    ],
    [
      "that gRPC asks for its health",
      { url, protocol: "grpc", healthCheck: { active: { interval: "5s" } } },
      ["speaks: HTTP/2", "health: asked by gRPC's health protocol each 5s; out after 3 without an answer in 2s, back after 2"],
    ],
  ];
  for (const [what, spec, expected] of cases) it(what, async (t) => assert.deepEqual(await said(t, spec), expected));
});
