import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";
import { rateLimiting } from "../limits/limited-gateway.ts";

/** Three requests an hour to one path, and as many as one likes to another. */
const document = (more: object): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    "x-portico": { backend: "shop" },
    paths: { "/limited": { get: { "x-portico": { rateLimit: "three" } } }, "/free": { get: {} }, ...more },
  });

const resources = (url: string): string => {
  const shop = { apiVersion: "portico.dev/v1alpha1", kind: "TargetEndpoint", metadata: { name: "shop" }, spec: { url } };
  return [shop, rateLimiting("three", { requests: 3 })].map((one) => JSON.stringify(one)).join("\n---\n");
};

describe("what a gateway counted by itself", { timeout: 60_000 }, () => {
  it("stays when a backend moves, and begins anew when the document changes", async (t) => {
    const [one, two] = [await startBackend(t), await startBackend(t)];
    const files = { "api.json": document({}), "resources.yaml": resources(one.url) };
    const gateway = await servePortico(t, files, "--watch", "--resources", "resources.yaml");
    const ask = async (path: string): Promise<number> => (await send(gateway.port, { send: `GET ${path}` })).status;
    assert.deepEqual([await ask("/limited"), await ask("/limited")], [200, 200]);
    await gateway.write("resources.yaml", resources(two.url));
    await until("the other backend is asked", async () => (await ask("/free")) === 200 && two.received.length > 0);
    assert.deepEqual([await ask("/limited"), await ask("/limited")], [200, 429]);
    await gateway.write("api.json", document({ "/new": { get: {} } }));
    await until("the new path answers", async () => (await ask("/new")) === 200);
    assert.deepEqual([await ask("/limited"), await ask("/limited"), await ask("/limited"), await ask("/limited")], [200, 200, 200, 429]);
  });
});
