import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { http1Load, http2Load } from "../../testing/steady-load.ts";
import { until } from "../../testing/until.ts";

/** A document whose paths each go to a URL, said in the operation: or all to one, said for the whole document, which is another cluster. */
const document = (backends: Readonly<Record<string, string>>, whole?: string): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Moves", version: "1" },
    ...(whole === undefined ? {} : { "x-portico": { backend: { url: whole } } }),
    paths: Object.fromEntries(
      Object.entries(backends).map(([path, url]) => [
        path,
        { get: { operationId: path.slice(1), ...(whole === undefined ? { "x-portico": { backend: { url } } } : {}) } },
      ]),
    ),
  });

describe("a backend that moves while requests are sent", { timeout: 120_000 }, () => {
  it("is asked at its new place once its name is looked up: under load no request fails, and no connection closes", async (t) => {
    const [a, b] = [await startBackend(t, (_, response) => response.end("a")), await startBackend(t, (_, response) => response.end("b"))];
    const [aByName, bByName] = [a, b].map(({ url }) => url.replace("127.0.0.1", "localhost"));
    const gateway = await servePortico(t, { "moves.json": document({ "/it": a.url }) }, "--watch", "--concurrency", "2");
    const loads = [http1Load(t, gateway.port, "/it", 4), http2Load(t, gateway.port, "/it", 4)];
    const places = [bByName, a.url, b.url, aByName, bByName, aByName, b.url, a.url].map((url = "") => url);
    const took: number[] = [];
    for (const [index, url] of places.entries()) {
      // Each change meets requests on either side of it.
      await until("more requests", () => loads.every(({ seen }) => seen.requests > index * 50));
      const before = gateway.stderr.length;
      const written = performance.now();
      const backends = { "/it": url, [`/new-${index}`]: url };
      await gateway.write("moves.json", document(backends, index % 3 === 0 ? url : undefined));
      await gateway.says(/^Changed: 2 operations/, before);
      // A new cluster is there with the first request, though a name had to be looked up for it.
      assert.equal((await send(gateway.port, { send: `GET /new-${index}` })).status, 200);
      const expected = url.endsWith(`:${a.port}`) ? "a" : "b";
      await until(`${url} is asked`, async () => (await send(gateway.port, { send: "GET /it" })).body === expected);
      took.push(Math.round(performance.now() - written));
    }
    t.diagnostic(`from the file to the answer, ms: ${took.join(", ")}`);
    for (const load of loads) await load.stop();
    assert.ok(!gateway.stderr.some((line) => line.startsWith("envoy: ")), gateway.stderr.join("\n"));
    assert.deepEqual(
      loads.map(({ seen }) => [seen.failures, seen.opened, seen.closed]),
      [
        [[], 4, 0],
        [[], 1, 0],
      ],
    );
  });

  it("answers what it was asked before, though its operation, or its cluster, is gone meanwhile", async (t) => {
    const held: (() => void)[] = [];
    const slow = await startBackend(t, (_, response) => {
      if (held.length < 2) held.push(() => response.end("at last"));
      else response.end("a");
    });
    const fast = await startBackend(t, (_, response) => response.end("b"));
    const gateway = await servePortico(t, { "moves.json": document({ "/removed": slow.url, "/moved": slow.url }) }, "--watch");
    const answers = ["/removed", "/moved"].map((path) => send(gateway.port, { send: `GET ${path}` }));
    await until("both requests are with the backend", () => held.length === 2);
    await gateway.write("moves.json", document({ "/moved": fast.url }));
    await until("one is gone", async () => (await send(gateway.port, { send: "GET /removed" })).status === 404);
    await until("the other has moved", async () => (await send(gateway.port, { send: "GET /moved" })).body === "b");
    for (const release of held) release();
    for (const { status, body } of await Promise.all(answers)) assert.deepEqual([status, body], [200, "at last"]);
  });
});
