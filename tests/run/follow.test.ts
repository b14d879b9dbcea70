import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { http1Load, http2Load } from "../../testing/steady-load.ts";
import { until } from "../../testing/until.ts";

const document = (extra: string): string => `openapi: 3.1.0
info: { title: Followed, version: 1.0.0 }
servers: [{ url: /v1 }]
x-portico: { backend: shop }
paths:
  /steady: { get: { operationId: steady } }
  /moving: { $ref: "moving.yaml" }
${extra}`;

const moving = (operation: string): string => `get: { operationId: ${operation} }\n`;

const endpoint = (url: string): string =>
  `apiVersion: portico.dev/v1alpha1\nkind: TargetEndpoint\nmetadata: { name: shop }\nspec: { url: "${url}" }\n`;

describe("`portico run --watch` follows changes", { timeout: 180_000 }, () => {
  it("20 of them, each seen in effect, over 20,000 requests on kept connections: none fails, no connection is closed", async (t) => {
    const [one, two] = [await startBackend(t), await startBackend(t)];
    const files = { "api.yaml": document(""), "moving.yaml": moving("first"), "backends.yaml": endpoint(one.url) };
    const gateway = await servePortico(t, files, "--watch", "--debug", "--resources", "backends.yaml");
    const loads = [http1Load(t, gateway.port, "/v1/steady", 8), http2Load(t, gateway.port, "/v1/steady", 8)];
    const ask = (path: string) => send(gateway.port, { send: `GET ${path}` });
    const total = (): number => loads.reduce((sum, { seen }) => sum + seen.requests, 0);

    /** One change of the document, of a file it refers to, or of a resource, and what shows it in effect. */
    const changes: readonly ((round: number) => Promise<void>)[] = [
      async (round) => {
        await gateway.write("api.yaml", document(`  /added-${round}: { get: { operationId: added } }\n`));
        await until("the added path answers", async () => (await ask(`/v1/added-${round}`)).status === 200);
      },
      async (round) => {
        await gateway.write("moving.yaml", moving(`moved-${round}`));
        await until("the file it refers to", async () => (await ask("/v1/moving")).headers["portico-operation"] === `moved-${round}`);
      },
      async () => {
        const [backend, before] = [two, two.received.length];
        await gateway.write("backends.yaml", endpoint(two.url));
        await until("the other backend is asked", async () => (await ask("/v1/moving")).status === 200 && backend.received.length > before);
      },
      async (round) => {
        await gateway.write("api.yaml", document(""));
        await until("the added path is gone", async () => (await ask(`/v1/added-${round}`)).status === 404);
        const before = one.received.length;
        await gateway.write("backends.yaml", endpoint(one.url));
        await until("the first backend is asked again", () => one.received.length > before + 5);
      },
    ];
    for (let round = 0; round < 5; round++) for (const change of changes) await change(round);
    await until("20,000 requests", () => total() >= 20_000, 90_000);
    for (const load of loads) await load.stop();

    t.diagnostic(`${loads.map(({ seen }) => `${seen.requests} requests over ${seen.opened} connections`).join(", ")}`);
    assert.deepEqual(
      loads.flatMap(({ seen }) => seen.failures),
      [],
    );
    assert.deepEqual(
      loads.map(({ seen }) => [seen.opened, seen.closed]),
      [
        [8, 0],
        [1, 0],
      ],
    );
  });
});
