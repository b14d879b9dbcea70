import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { accessLine, readAccessLine } from "../../testing/access-line.ts";
import { startBackend } from "../../testing/backend.ts";
import { must, withEnvoy } from "../../testing/envoy.ts";
import { freePort } from "../../testing/free-port.ts";
import { compileCase, resolveCase } from "../../testing/golden-case.ts";
import { assertProblem, parseAnswers } from "../../testing/problem-answer.ts";
import { send } from "../../testing/raw-request.ts";
import { openSocket } from "../../testing/raw-socket.ts";
import type { Scope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { startChat, upgrade } from "../../testing/web-socket.ts";

const settings = { mock: false, credentials: "refuse", debug: false, trustedHops: 0, requests: [] } as const;

/** What the compiled files say, to be replaced by what takes less time. */
interface Shorter {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A gateway with one of its limits made shorter, before a backend that answers when it is told to, if ever. */
async function serveShorter(scope: Scope, { file, from, to }: Shorter) {
  const held: (() => void)[] = [];
  const backend = await startBackend(scope, ({ path }, response) => held.push(() => response.end(path)));
  const chat = await startChat(scope);
  const operation = (id: string, timeout: string) => ({ operationId: id, "x-portico": { timeout } });
  const document = {
    openapi: "3.1.0",
    info: { title: "Limits", version: "1" },
    servers: [{ url: backend.url }],
    paths: {
      "/it": { get: operation("get", "5m"), post: operation("post", "5m") },
      "/long": { get: operation("long", "6m") },
      "/for-ever": { get: operation("for-ever", "0s") },
      "/stream": { get: { operationId: "stream", "x-portico": { streaming: true, compression: true } } },
      "/watched": {
        get: {
          operationId: "watched",
          "x-portico": { backend: { url: chat }, rewrite: { path: "/chat" }, webSocket: true, streaming: true },
        },
      },
      "/chat": { get: { operationId: "chat", "x-portico": { backend: { url: chat }, webSocket: true } } },
    },
  };
  const apis = must(resolveCase({ input: JSON.stringify(document), settings: { ...settings, requests: [] } }));
  const [port, monitoring] = [await freePort(), await freePort()];
  const files = new Map(compileCase(apis, { ...settings, requests: [] }, { port, monitoring }));
  const text = files.get(file) ?? "";
  assert.ok(text.includes(from), `${file} says no ${from}`);
  files.set(file, text.replace(from, to));
  const { accessLog } = await withEnvoy(scope, files);
  return { port, stdout: accessLog, held };
}

/** Sends a request that stays without its end, and waits for its answer. */
async function halfSent(port: number) {
  const { socket, text } = await openSocket(port);
  socket.write("POST /it HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nhalf");
  await until("an answer", () => parseAnswers(text())[0]?.body.endsWith("}\n"));
  socket.destroy();
  const [answer] = parseAnswers(text());
  return answer ?? assert.fail("no answer");
}

const listeners = "mounted/listeners.json";

describe("limits that take minutes in a gateway, in a copy where they take no time", { concurrency: 2, timeout: 60_000 }, () => {
  it("a request whose body does not arrive in time is 408", async (t) => {
    const gateway = await serveShorter(t, { file: listeners, from: '"request_timeout":"300s"', to: '"request_timeout":"0.3s"' });
    const id = assertProblem(await halfSent(gateway.port), "408 request-timeout");
    assert.equal((await accessLine(gateway, id)).details, "request_overall_timeout");
  });

  const idle = { file: listeners, from: '"stream_idle_timeout":"300s"', to: '"stream_idle_timeout":"0.3s"' };

  it("a client that falls silent in the middle of its request is 408", async (t) => {
    const gateway = await serveShorter(t, idle);
    const id = assertProblem(await halfSent(gateway.port), "408 request-timeout");
    assert.equal((await accessLine(gateway, id)).details, "stream_idle_timeout");
  });

  it("a backend that is silent after the whole request is 504; an operation whose timeout is longer waits on, and so does a stream", async (t) => {
    const gateway = await serveShorter(t, idle);
    const longer = ["/long", "/for-ever", "/stream"].map((path) => send(gateway.port, { send: `GET ${path}` }));
    await until("all are with the backend", () => gateway.held.length === 3);
    const id = assertProblem(await send(gateway.port, { send: "GET /it" }), "504 backend-timeout");
    assert.equal((await accessLine(gateway, id)).details, "stream_idle_timeout");
    for (const answer of gateway.held) answer();
    assert.deepEqual(
      (await Promise.all(longer)).map(({ status, body }) => [status, body]),
      [
        [200, "/long"],
        [200, "/for-ever"],
        [200, "/stream"],
      ],
    );
  });

  it("a WebSocket that is silent both ways is closed, one that talks is not, and no stream", async (t) => {
    const gateway = await serveShorter(t, idle);
    const [silent, talking] = [await upgrade(gateway, "GET /chat"), await upgrade(gateway, "GET /chat")];
    t.after(() => talking.socket.destroy());
    const stream = await upgrade(gateway, "GET /watched");
    t.after(() => stream.socket.destroy());
    const talk = setInterval(() => talking.socket.write("x"), 50);
    t.after(() => clearInterval(talk));
    await until("the silent one is closed", () => silent.socket.closed);
    const { status, details } = await until("its line is in the access log", () => gateway.stdout.map(readAccessLine)[0]);
    assert.deepEqual([status, details], [101, "stream_idle_timeout"]);
    const heard = talking.text().length;
    await until("the other one hears more for longer", () => talking.text().length > heard + 10);
    assert.deepEqual([talking.socket.closed, stream.socket.closed], [false, false]);
  });

  it("a connection that nothing uses is closed", async (t) => {
    const gateway = await serveShorter(t, { file: listeners, from: '"idle_timeout":"300s"', to: '"idle_timeout":"0.3s"' });
    const { socket } = await openSocket(gateway.port);
    await until("it is closed", () => socket.closed);
  });

  it("a gateway whose memory is near its end takes no request: 503", async (t) => {
    const from = 'stop_accepting_requests","triggers":[{"name":"envoy.resource_monitors.fixed_heap","threshold":{"value":0.95}}]';
    const gateway = await serveShorter(t, { file: "mounted/bootstrap.json", from, to: from.replace("0.95", "0.0001") });
    // A request that comes before the overload manager has looked waits for the backend.
    const answer = await until("a request is refused", () => Promise.race([send(gateway.port, { send: "GET /it" }), wait(200, undefined)]));
    assert.equal((await accessLine(gateway, assertProblem(answer, "503 overloaded"))).details, "overload");
  });
});
