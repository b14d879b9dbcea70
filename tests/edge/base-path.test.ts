import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { must, withEnvoy } from "../../testing/envoy.ts";
import { freePort } from "../../testing/free-port.ts";
import { compileCase, resolveCase } from "../../testing/golden-case.ts";
import { send } from "../../testing/raw-request.ts";

const document = (basePath: string, url: string): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Base", version: "1" },
    "x-portico": { basePath, backend: { url } },
    paths: { "/p/{x}": { get: {} }, "/": { get: {} } },
  });

describe("a base path is left out of what the backend sees, however long it is", { concurrency: 2 }, () => {
  const basePaths: readonly (readonly [string, string])[] = [
    ["one letter", "/b"],
    ["three segments", "/api/v2/customers"],
    ["a segment of 1,400 letters", `/${"b".repeat(1400)}`],
    ["eight segments", "/segment".repeat(8)],
    ["thirty segments", "/segment".repeat(30)],
    ["signs and letters that are encoded", "/caf\u00e9/it's$(a)*+"],
  ];
  for (const [what, basePath] of basePaths) {
    it(what, async (t) => {
      const backend = await startBackend(t);
      const settings = { mock: false, credentials: "refuse", debug: false, trustedHops: 0, requests: [] } as const;
      const apis = must(resolveCase({ input: document(basePath, `${backend.url}/api`), settings: { ...settings, requests: [] } }));
      const [port, monitoring] = [await freePort(), await freePort()];
      await withEnvoy(t, compileCase(apis, { ...settings, requests: [] }, { port, monitoring }));
      const base = apis[0]?.model.basePath;
      for (const rest of ["/p/1", "/p/a%20b?q=/c/d", "/p/b?", "/"]) {
        assert.equal((await send(port, { send: `GET ${base}${rest}` })).status, 200, rest);
        assert.equal(backend.received.at(-1)?.path, `/api${rest}`);
      }
      assert.equal((await send(port, { send: "GET /p/1" })).status, 404);
    });
  }
});
