import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Credential } from "../../../src/image/registry/credentials.ts";
import { Redacted } from "../../../src/redacted.ts";
import { must } from "../../../testing/envoy.ts";
import { openRegistries } from "../../../testing/open-registries.ts";
import { until } from "../../../testing/until.ts";
import { build, putBase, reasons } from "./built-in-registry.ts";
import { type RealRegistry, startRealRegistry } from "./real-registry.ts";
import { robot, startTokenServer } from "./token-server.ts";

const password: Credential = { kind: "password", user: robot.user, password: new Redacted(robot.password) };

/** A real registry that tokens open, and how it is reached by somebody with a credential, or none. */
async function withTokens(t: TestContext, lifetimeSeconds?: number) {
  const { tokens, questions } = await startTokenServer(t, lifetimeSeconds);
  const registry = await startRealRegistry(t, { tokens });
  const as = (credential?: Credential) => openRegistries(t, async (host) => (host === registry.host ? credential : undefined));
  return { registry, questions, as };
}

const isThere = async (registries: ReturnType<typeof openRegistries>, { host }: RealRegistry): Promise<boolean> =>
  must(await registries(host).manifest("pets", "1")) !== undefined;

describe("a real registry that tokens open", { timeout: 120_000 }, () => {
  const credentials: readonly Credential[] = [password, { kind: "identityToken", token: new Redacted(robot.identityToken) }];
  for (const credential of credentials)
    it(`takes an image, and the base's layers by mounting them: ${credential.kind}`, async (t) => {
      const { registry, questions, as } = await withTokens(t);
      const registries = as(credential);
      await putBase(registries, registry);
      must(await build(registries, registry, registry));
      assert.ok(await isThere(registries, registry));
      assert.ok(questions.every(({ proof }) => proof === credential.kind));
      const both = questions.find(({ scopes }) => scopes.length === 2);
      assert.deepEqual(both?.scopes.toSorted(), ["repository:base:pull", "repository:pets:pull,push"], "a mount asks for both");
    });

  it("refuses who has no credential, or a wrong one; nothing is under the tag", async (t) => {
    const { registry, as } = await withTokens(t);
    const known = as(password);
    await putBase(known, registry);
    for (const credential of [undefined, { ...password, password: new Redacted("wrong") }])
      assert.deepEqual(reasons(await build(as(credential), registry, registry)), ["RegistryDenied"]);
    assert.equal(await isThere(known, registry), false);
  });

  it("is asked with a new token when one has ended", async (t) => {
    // A registry takes a token for a minute longer than it says.
    const { registry, questions, as } = await withTokens(t, -55);
    const registries = as(password);
    await putBase(registries, registry);
    must(await build(registries, registry, registry));
    const before = questions.length;
    await until("a new token is asked for", async () => (await isThere(registries, registry)) && questions.length > before, 20_000);
  });
});
