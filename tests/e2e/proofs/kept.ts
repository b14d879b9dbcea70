import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { apiOf, configMap, objectOf, pets, store } from "../harness/api.ts";
import { requestFrom } from "../harness/echo.ts";
import { makeNamespace } from "../harness/namespace.ts";

/** What an API says of keeping answers holds in its pods, whose file system nobody else writes to, and in those of its image alone. */
export async function keptInPods(t: TestContext): Promise<void> {
  const namespace = await makeNamespace(t);
  /** The request's id, as the backend was told it: of an answer that was kept, another request's. */
  const told = async (api: string): Promise<unknown> =>
    JSON.parse(await requestFrom(namespace, "store-backend", `http://${api}-gateway/pets/7`)).headers?.["x-request-id"];
  await namespace.apply(configMap("pets", pets), store, apiOf("kept", { cache: { maxAge: "1h" } }));
  await namespace.condition("api/kept", "Ready", 120);
  const image = await namespace.field("api/kept", ".status.image");
  await namespace.apply(objectOf("API", "again", { image }));
  await namespace.condition("api/again", "Ready", 120);
  for (const api of ["kept", "again"])
    await until(
      `${api} answers twice the same`,
      async () => {
        const first = await told(api);
        return first !== undefined && first === (await told(api));
      },
      60_000,
    );
  const volumes = await namespace.field("deployment/kept-gateway", ".spec.template.spec.volumes[*].name");
  assert.match(volumes, /\bcache\b/);
}
