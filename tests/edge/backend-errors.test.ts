import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { startBackend } from "../../testing/backend.ts";
import { freePort } from "../../testing/free-port.ts";
import { serveHttp } from "../../testing/http-server.ts";
import { type Served, servePortico } from "../../testing/portico.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { startRawBackend } from "../../testing/raw-backend.ts";
import { send } from "../../testing/raw-request.ts";
import type { Scope } from "../../testing/scope.ts";

/** A gateway with one operation, `it`, that goes to a URL. */
function serveBackend(scope: Scope, url: string, path = "/it", timeout = "10s"): Promise<Served> {
  const document = {
    openapi: "3.1.0",
    info: { title: "Edge", version: "1" },
    servers: [{ url }],
    paths: { [path]: { get: { operationId: "it", "x-portico": { timeout } } } },
  };
  return servePortico(scope, { "edge.yaml": JSON.stringify(document) });
}

const rawUrl = async (scope: Scope, treat: (socket: Socket) => void): Promise<string> =>
  `http://127.0.0.1:${await startRawBackend(scope, treat)}`;

/** How a backend fails, what the gateway answers then, and what Envoy calls it. */
const failures: readonly {
  readonly title: string;
  readonly url: (scope: Scope) => Promise<string>;
  readonly timeout?: string;
  readonly expected: string;
  readonly details: RegExp;
}[] = [
  {
    title: "a backend that nobody listens for is 502",
    url: async () => `http://127.0.0.1:${await freePort()}`,
    expected: "502 backend-unreachable",
    details: /^upstream_reset_before_response_started\{remote_connection_failure/,
  },
  {
    title: "a backend that resets the connection before it answers is 502",
    url: (scope) => rawUrl(scope, (socket) => socket.resetAndDestroy()),
    expected: "502 backend-unreachable",
    details: /^upstream_reset_before_response_started\{connection_termination/,
  },
  {
    title: "a backend that closes the connection in the middle of its header is 502",
    url: (scope) => rawUrl(scope, (socket) => socket.end("HTTP/1.1 200 OK\r\nX-Begun: y")),
    expected: "502 backend-unreachable",
    details: /^upstream_reset_before_response_started\{(protocol_error|connection_termination)/,
  },
  {
    title: "a backend that does not speak HTTP is 502",
    url: (scope) => rawUrl(scope, (socket) => socket.write("220 mail.test ready\r\n\r\n")),
    expected: "502 backend-unreachable",
    details: /^upstream_reset_before_response_started\{protocol_error/,
  },
  {
    title: "a backend whose header is too large is 502",
    url: (scope) => rawUrl(scope, (socket) => socket.write(`HTTP/1.1 200 OK\r\nX-Large: ${"x".repeat(100_000)}\r\n\r\n`)),
    expected: "502 backend-unreachable",
    details: /^upstream_reset_before_response_started\{protocol_error/,
  },
  {
    title: "a backend whose name does not resolve is 503",
    url: async () => "http://backend.invalid",
    expected: "503 backend-unavailable",
    details: /^no_healthy_upstream$/,
  },
  {
    title: "a backend that answers later than the operation's timeout is 504",
    url: (scope) => rawUrl(scope, () => undefined),
    timeout: "300ms",
    expected: "504 backend-timeout",
    details: /^response_timeout$/,
  },
];

describe("what fails behind the gateway is an error of its own, by what Envoy says of it", { concurrency: 2, timeout: 120_000 }, () => {
  for (const { title, url, timeout, expected, details } of failures) {
    it(title, async (t) => {
      const gateway = await serveBackend(t, await url(t), "/it", timeout);
      const began = performance.now();
      const id = assertProblem(await send(gateway.port, { send: "GET /it" }), expected);
      assert.ok(performance.now() - began < 10_000, "in the time that the operation has");
      const line = await accessLine(gateway, id);
      assert.match(line.details ?? "", details);
      assert.equal(line.operation, "it");
      assert.equal(line.status, Number(expected.split(" ")[0]));
    });
  }

  it("the operation's timeout is kept: 504 comes after it, and not long after", async (t) => {
    const gateway = await serveBackend(t, await rawUrl(t, () => undefined), "/it", "300ms");
    const began = performance.now();
    assertProblem(await send(gateway.port, { send: "GET /it" }), "504 backend-timeout");
    const took = performance.now() - began;
    assert.ok(took >= 290 && took < 3000, `${took} ms`);
  });

  for (const [how, end] of [
    ["breaks off", (socket) => socket.end()],
    ["is reset", (socket) => socket.resetAndDestroy()],
  ] as const satisfies readonly (readonly [string, (socket: Socket) => void])[])
    it(`an answer that ${how} in its body breaks off for the client too: its status is sent already`, async (t) => {
      const half = (socket: Socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", () => end(socket));
      const gateway = await serveBackend(t, await rawUrl(t, half));
      await assert.rejects(send(gateway.port, { send: "GET /it" }), /aborted|socket hang up|ECONNRESET/);
    });

  it("an answer that comes drop by drop is cut off when the operation's time is over", async (t) => {
    const drip = (socket: Socket): void => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
      const drops = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(drops));
    };
    const gateway = await serveBackend(t, await rawUrl(t, drip), "/it", "500ms");
    const began = performance.now();
    await assert.rejects(send(gateway.port, { send: "GET /it" }), /aborted|socket hang up|ECONNRESET/);
    const took = performance.now() - began;
    assert.ok(took >= 490 && took < 5000, `${took} ms`);
  });
});

describe("a backend that answers again is asked again", { concurrency: 2, timeout: 120_000 }, () => {
  const faults: Readonly<Record<string, (socket: Socket) => void>> = {
    "a reset before the answer": (socket) => socket.resetAndDestroy(),
    "another protocol": (socket) => socket.write("220 mail.test ready\r\n\r\n"),
    "no answer in time": () => undefined,
    "an answer that breaks off": (socket) =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", () => socket.resetAndDestroy()),
  };
  for (const [title, fault] of Object.entries(faults))
    it(`after ${title}`, async (t) => {
      let isWell = false;
      const treat = (socket: Socket): void =>
        isWell ? void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell") : fault(socket);
      const gateway = await serveBackend(t, await rawUrl(t, treat), "/it", "500ms");
      for (let asked = 0; asked < 10; asked++) {
        const status = await send(gateway.port, { send: "GET /it" }).then(
          (answer) => answer.status,
          () => "broken off",
        );
        assert.ok(status === 502 || status === 504 || status === "broken off", `${status}`);
      }
      isWell = true;
      const answer = await send(gateway.port, { send: "GET /it" });
      assert.deepEqual([answer.status, answer.body], [200, "well"]);
    });

  it("after nobody listened", async (t) => {
    const port = await freePort();
    const gateway = await serveBackend(t, `http://127.0.0.1:${port}`);
    assertProblem(await send(gateway.port, { send: "GET /it" }), "502 backend-unreachable");
    await serveHttp(t, (_, response) => response.end("well"), port);
    assert.equal((await send(gateway.port, { send: "GET /it" })).body, "well");
  });
});

describe("what a backend or a mock answers itself comes through as it is", { timeout: 60_000 }, () => {
  const statuses = [400, 401, 403, 404, 405, 408, 413, 426, 429, 431, 500, 501, 502, 503, 504];

  it(`a backend's own ${statuses.join(", ")}`, async (t) => {
    const backend = await startBackend(t, ({ path }, response) =>
      response.writeHead(Number(path.slice(1)), { "content-type": "text/plain", "x-own": "yes" }).end("its own words"),
    );
    const gateway = await serveBackend(t, backend.url, "/{status}");
    for (const status of statuses) {
      const { status: got, headers, body } = await send(gateway.port, { send: `GET /${status}` });
      assert.deepEqual([got, headers["content-type"], headers["x-own"], body], [status, "text/plain", "yes", "its own words"]);
      assert.equal((await accessLine(gateway, headers["x-request-id"])).details, "via_upstream");
    }
  });

  it("a mock's own 404 and 503", async (t) => {
    const answers = (status: string) => ({
      get: { responses: { [status]: { description: "its own", content: { "text/plain": { example: `its own ${status}` } } } } },
    });
    const document = {
      openapi: "3.1.0",
      info: { title: "Mocks", version: "1" },
      paths: { "/gone": answers("404"), "/late": answers("503") },
    };
    const gateway = await servePortico(t, { "mocks.yaml": JSON.stringify(document) }, "--mock");
    for (const [path, status] of [
      ["/gone", 404],
      ["/late", 503],
    ] as const) {
      const answer = await send(gateway.port, { send: `GET ${path}` });
      assert.deepEqual([answer.status, answer.headers["content-type"], answer.body], [status, "text/plain", `its own ${status}`]);
    }
  });
});
