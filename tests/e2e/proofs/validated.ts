import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { statusFrom } from "../harness/echo.ts";
import { makeNamespace } from "../harness/namespace.ts";

const limit = { name: "limit", in: "query", schema: { type: "integer", maximum: 100 } };
const document = {
  ...pets,
  paths: {
    ...pets.paths,
    "/pets": { get: { operationId: "listPets", parameters: [limit], responses: {} } },
    "/strict": { get: { responses: { "200": { content: { "text/html": {} } } }, "x-portico": { validation: { response: "enforce" } } } },
  },
};

/** What an API says of its requests holds in its pods, and in those of its image alone: the validators are in it. */
export async function heldAgainstTheDocument(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  const status = (api: string, path: string): Promise<number> => statusFrom(namespace, "store-backend", `http://${api}-gateway${path}`, {});
  await namespace.apply(configMap("pets", document), store, apiOf("validated", { validation: { request: "enforce" } }));
  await namespace.condition("api/validated", "Ready", 120);
  await until("the backend is there", async () => (await status("validated", "/pets/7")) === 200, 30_000);
  assert.deepEqual([await status("validated", "/pets?limit=5"), await status("validated", "/pets?limit=500")], [200, 400]);
  assert.equal(await status("validated", "/strict"), 502, "the backend answers in JSON");

  const image = await namespace.field("api/validated", ".status.image");
  await namespace.apply(objectOf("API", "again", { image }));
  await namespace.condition("api/again", "Ready", 120);
  await until("the backend is there", async () => (await status("again", "/pets/7")) === 200, 30_000);
  assert.deepEqual([await status("again", "/pets?limit=5"), await status("again", "/pets?limit=500")], [200, 400]);
}
