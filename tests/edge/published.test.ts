import assert from "node:assert/strict";
import { it } from "node:test";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

const documentOf = (description: string, more: object = {}): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1", description },
    servers: [{ url: "http://backend.internal/v1" }],
    "x-portico": { publish: { document: true }, backend: { url: "http://10.1.2.3/secret-place" } },
    paths: { "/pets": { get: { operationId: "listPets", responses: {} } }, "/{any}": { get: { responses: {} } }, ...more },
  });

it("a published document is what the world may see, at its base path, and changes with the document", { timeout: 60_000 }, async (t) => {
  const gateway = await servePortico(t, { "pets.json": documentOf("One") }, "--watch");
  const ask = (method = "GET") => send(gateway.port, { send: `${method} /v1/openapi.json` });
  const { status, headers, body } = await ask();
  assert.deepEqual([status, headers["content-type"], headers["access-control-allow-origin"]], [200, "application/json", "*"]);
  const { info, paths, ...rest } = JSON.parse(body);
  assert.equal(info.description, "One");
  assert.deepEqual(Object.keys(paths), ["/pets", "/{any}"]);
  assert.deepEqual(rest, { openapi: "3.1.0" });
  const head = await ask("HEAD");
  assert.deepEqual([head.status, head.body, head.headers.etag], [200, "", headers.etag]);
  assert.equal((await ask("POST")).status, 405);
  await gateway.write("pets.json", documentOf("Two".padEnd(10_000, "!")));
  await until("the other document is there", async () => (await ask()).body.includes('"Two!'));
  assert.notEqual((await ask()).headers.etag, headers.etag);
  await gateway.write("pets.json", documentOf("Three", { "/openapi.json": { get: { "x-portico": { mock: true }, responses: {} } } }));
  await gateway.says(/warning OperationClash/);
  await until("the document's own operation counts", async () => !(await ask()).body.includes("openapi"));
});

it("a page to read it is at /docs below the base path, all of it from the gateway itself", { timeout: 60_000 }, async (t) => {
  const document = JSON.parse(documentOf("One"));
  document["x-portico"].publish = { page: true };
  const gateway = await servePortico(t, { "pets.json": JSON.stringify(document) });
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}) => send(gateway.port, { send: `GET /v1${path}`, headers });
  const page = await ask("/docs");
  assert.deepEqual([page.status, page.headers["content-type"]], [200, "text/html; charset=utf-8"]);
  assert.match(page.headers["content-security-policy"] ?? "", /default-src 'none'; script-src 'self'/);
  const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part = ""]) => part);
  assert.deepEqual(parts, ["docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js"]);
  const types = await Promise.all(parts.map(async (part) => (await ask(`/${part}`)).headers["content-type"]));
  assert.deepEqual(types, ["text/css; charset=utf-8", "text/javascript; charset=utf-8", "text/javascript; charset=utf-8"]);
  assert.match((await ask("/docs/start.js")).body, /openapi\.json/);
  assert.equal((await ask("/docs/swagger-ui-bundle.js", { "accept-encoding": "gzip" })).headers["content-encoding"], "gzip");
  assert.equal((await ask("/openapi.json")).status, 200, "a page needs its document");
  assert.equal((await ask("/docs/other.js")).status, 404);
});
