import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { keySecurity, protectedGateway } from "./protected-gateway.ts";

/** What would mean something to Envoy, to JSON, to YAML or to HTTP, if a configuration were made from text. */
const hostile: Readonly<Record<string, string>> = {
  "a command of Envoy's": `%REQ(x-api-key)%%DYNAMIC_METADATA(envoy.filters.http.rbac)% %`,
  "quotes and braces": `"}]},{"match":{"prefix":"/"},"route":{"cluster":"evil"}} '{{ .Values.x }}' \${HOME} \\`,
  "lines of a header": "a\r\nx-evil: 1\r\n\r\nGET /evil HTTP/1.1\r\n",
  "an expression": `") || true || ("" == "`,
  "a hundred kilobytes": "%REQ(x)%\"'{}\\".repeat(7_000),
};

describe("texts that mean something elsewhere", { timeout: 60_000 }, () => {
  for (const [what, text] of Object.entries(hostile))
    describe(what, () => {
      const scope = suiteScope();
      let gateway: Awaited<ReturnType<typeof protectedGateway>>;
      before(async () => {
        const responses = { 200: { description: text, content: { "application/json": { example: { text } } } } };
        const get = { description: text, summary: text, tags: [text], responses, security: [{ key: [] }] };
        gateway = await protectedGateway(
          scope,
          {
            info: { title: text, version: text, description: text, contact: { name: text }, license: { name: text } },
            tags: [{ name: text, description: text }],
            components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Api-Key", description: text } } },
            paths: {
              "/pets": { description: text, get: { ...get, operationId: text } },
              "/mocked": { get: { ...get, operationId: `${text}.`, "x-portico": { mock: true } } },
              "/worked-on": { get: { ...get, security: [], "x-portico": { maintenance: { message: text.slice(0, 1000) } } } },
            },
            "x-portico": { name: "pets" },
          },
          keySecurity("key", { alice: "key-of-alice" }, {}),
        );
      });
      const key = { "x-api-key": "key-of-alice" };

      it("change nothing of who is let in, and of where requests go", async () => {
        assert.equal((await gateway.get("/pets")).status, 401);
        const { status, headers } = await gateway.get("/pets", key);
        assert.deepEqual([status, headers["x-evil"]], [200, undefined]);
        assert.deepEqual(
          gateway.backend.received.map(({ path }) => path),
          ["/pets"],
        );
        for (const path of ["/", "/evil", "/other"]) assert.equal((await gateway.get(path, key)).status, 404, path);
      });

      it("are said as they are, where they are said", async () => {
        assert.equal((await gateway.get("/mocked")).status, 401);
        const mocked = await gateway.get("/mocked", key);
        assert.deepEqual([mocked.status, JSON.parse(mocked.body)], [200, { text }]);
        const { status, body } = await gateway.get("/worked-on");
        assert.deepEqual([status, JSON.parse(body).detail], [503, text.slice(0, 1000)]);
      });
    });
});
