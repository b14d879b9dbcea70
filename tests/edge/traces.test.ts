import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { type Span, startTraceCollector } from "../../testing/trace-collector.ts";
import { until } from "../../testing/until.ts";
import { guarded, keySecurity, protectedGateway } from "../security/protected-gateway.ts";

const document = {
  paths: {
    "/pets/{id}": { get: { operationId: "getPet", security: [], responses: { 200: { description: "ok" } } } },
    "/locked": guarded({ key: [] }),
  },
};
const parent = { trace: "0af7651916cd43dd8448eb211c80319c", id: "b7ad6b7169203331" };
const traceparent = `00-${parent.trace}-${parent.id}-01`;

describe("traces", () => {
  const scope = suiteScope();
  /** A gateway whose requests a collector is told of, and the spans of one request. */
  const begin = async (percent: number, trustedHops = 0) => {
    const collector = await startTraceCollector(scope);
    const traces = { host: "127.0.0.1", port: collector.port, percent };
    const key = keySecurity("key", { ann: "key-of-ann" }, { locations: [{ query: "key" }] });
    const gateway = await protectedGateway(scope, document, key, { traces, trustedHops });
    const spansOf = async (status: number, target: string, headers: Readonly<Record<string, string>> = {}): Promise<readonly Span[]> => {
      const before = collector.spans.length;
      assert.equal((await gateway.get(target, headers)).status, status);
      // Envoy tells of them every five seconds (tracing.opentelemetry.flush_interval_ms).
      await until("the collector is told", () => collector.spans.slice(before).some(({ kind }) => kind === "server"), 15_000);
      return collector.spans.slice(before);
    };
    return { gateway, collector, spansOf };
  };

  it("have a span for a request, by its route, and one below it for the backend, who is told of it", async () => {
    const { gateway, spansOf } = await begin(100);
    const spans = await spansOf(200, "/pets/7?secret=of-the-client");
    const [server, client] = ["server", "client"].map((kind) => spans.find((span) => span.kind === kind));
    assert.deepEqual([spans.length, server?.name, client?.name], [2, "GET /pets/{id}", "pets/@document"]);
    assert.deepEqual([client?.trace, client?.parent, server?.parent], [server?.trace, server?.id, ""]);
    const { attributes = {} } = server ?? {};
    assert.deepEqual(
      ["http.route", "url.path", "portico.api", "portico.operation", "http.status_code"].map((name) => attributes[name]),
      ["/pets/{id}", "/pets/7", "pets", "getPet", "200"],
    );
    assert.doesNotMatch(JSON.stringify(spans), /of-the-client/, "no query is told");
    const seen = gateway.backend.received.at(-1)?.headers.traceparent;
    assert.equal(seen, `00-${server?.trace}-${client?.id}-01`);
  });

  it("tell of what is refused, and of no credential", async () => {
    const { spansOf } = await begin(100);
    const [span] = await spansOf(401, "/locked?key=a-wrong-key");
    assert.deepEqual([span?.name, span?.attributes["http.status_code"]], ["GET /locked", "401"]);
    assert.doesNotMatch(JSON.stringify(await spansOf(200, "/locked?key=key-of-ann")), /key-of-ann|a-wrong-key/);
    assert.equal((await spansOf(404, "/nowhere"))[0]?.attributes["http.status_code"], "404");
  });

  it("begin with the request where nobody in front is trusted, whatever a client says", async () => {
    const { gateway, spansOf } = await begin(100);
    const [span] = await spansOf(200, "/pets/7", { traceparent, baggage: "a=b" });
    assert.deepEqual([span?.trace === parent.trace, span?.parent === parent.id], [false, false]);
    assert.equal(gateway.backend.received.at(-1)?.headers.baggage, undefined);
  });

  it("go on with the trace of a proxy that is trusted", async () => {
    const { spansOf } = await begin(100, 1);
    const spans = await spansOf(200, "/pets/7", { traceparent, "x-forwarded-for": "192.0.2.7" });
    const server = spans.find(({ kind }) => kind === "server");
    assert.deepEqual([server?.trace, server?.parent], [parent.trace, parent.id]);
  });

  it("are not told of where a trusted proxy says that its trace is not", async () => {
    const behind = { "x-forwarded-for": "192.0.2.7" };
    const { gateway, collector, spansOf } = await begin(100, 1);
    assert.equal((await gateway.get("/pets/8", { ...behind, traceparent: traceparent.replace(/01$/, "00") })).status, 200);
    await spansOf(200, "/pets/7", { ...behind, traceparent });
    assert.ok(!collector.spans.some(({ attributes }) => attributes["url.path"] === "/pets/8"));
  });

  it("are told of as many requests as is said, and a client changes nothing of that", async () => {
    const { gateway, collector } = await begin(10);
    const forcing = { traceparent, "x-client-trace-id": "a", "x-envoy-force-trace": "true" };
    for (let index = 0; index < 200; index++) await gateway.get(`/pets/${index}`, forcing);
    await until("some are told", () => collector.spans.length > 0, 15_000);
    const told = (): number => collector.spans.filter(({ kind }) => kind === "server").length;
    // Of 200 with a chance of one in ten more than 60 come once in 10^14 runs.
    assert.ok(told() > 0 && told() < 60, String(told()));
  });
});
