import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ServedApi, serveApi } from "../../testing/served-api.ts";

const answers = { responses: { 204: { description: "done" } } };
const whole = { "/pets": { get: answers, delete: answers } };
const less = { "/pets": { get: answers } };

const definitionOf = (paths: object, more: object = {}): object => ({
  definition: [
    {
      inline: JSON.stringify({
        openapi: "3.1.0",
        info: { title: "Pets", version: "1" },
        servers: [{ url: "http://own.test/v1" }],
        components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
        paths,
        ...more,
      }),
    },
  ],
});

const key = { type: "apiKey", apiKey: { keys: { name: "clients" } } };
const serve = (fields: object = {}): Promise<ServedApi> =>
  serveApi({ ...definitionOf(whole), ...fields }, { key }, { clients: { alice: "key-of-alice" } });

/** What is said of what an update breaks, without its input. */
const said = (served: ServedApi): unknown => {
  const message = served.message("Breaking");
  return typeof message === "string" ? message.replace(/^The input [0-9a-f]{12} /, "") : message;
};
const gone = "breaks clients of what served before. DELETE /v1/pets: The operation is gone.";

describe("what an update of an API breaks", () => {
  it("is not said of what nothing served before", async () => {
    assert.equal(said(await serve()), undefined);
  });

  it("is said while its image is built, and as long as it serves", async () => {
    const served = await serve();
    served.spec(definitionOf(less));
    served.image({ kind: "building" });
    await served.reconcile();
    assert.deepEqual([said(served), served.reason("Ready")], [gone, "Building"]);
    await served.build();
    await served.reconcile();
    assert.deepEqual([said(served), served.reason("Breaking"), served.reason("Ready")], [gone, "BreakingChange", "Ready"]);
    served.restart();
    await served.reconcile();
    assert.equal(said(served), gone);
  });

  it("is nothing where more is there, and no more said of what was taken back", async () => {
    const served = await serve();
    served.spec(definitionOf({ ...whole, "/dogs": { get: answers } }));
    served.image({ kind: "building" });
    await served.reconcile();
    assert.deepEqual([said(served), served.reason("Breaking")], ["breaks nothing that clients could rely on.", "Compatible"]);
    served.spec(definitionOf(whole));
    await served.reconcile();
    assert.equal(said(served), undefined);
  });

  it("is a credential that is asked for now, by the document or by the API, and another base path", async () => {
    const asks = [{ ...definitionOf(whole, { security: [{ key: [] }] }) }, { ...definitionOf(whole), security: [{ name: "key" }] }];
    for (const fields of asks) {
      const served = await serve();
      served.spec(fields);
      served.image({ kind: "building" });
      await served.reconcile();
      assert.match(String(said(served)), /GET \/v1\/pets: Everybody could call it, and now a credential is needed: `key`/);
    }
    const served = await serve();
    served.spec(definitionOf(whole, { servers: [{ url: "http://own.test/v2" }] }));
    served.image({ kind: "building" });
    await served.reconcile();
    assert.match(String(said(served)), /GET \/v1\/pets: The operation is gone/);
  });

  it("keeps it from being built and served where the API says so: what served goes on", async () => {
    const served = await serve({ breakingChanges: "refuse" });
    const image = served.status("image");
    served.spec({ ...definitionOf(less), breakingChanges: "refuse" });
    await served.reconcile();
    assert.deepEqual([served.reason("Accepted"), served.reason("Stalled"), said(served)], ["BreakingChange", "BreakingChange", gone]);
    assert.match(String(served.message("Ready")), /DELETE \/v1\/pets: The operation is gone.*`breakingChanges: allow`/);
    assert.equal(served.status("image"), image);
    served.spec({ ...definitionOf(less), breakingChanges: "allow" });
    served.image({ kind: "building" });
    await served.reconcile();
    assert.equal(served.reason("Ready"), "Building");
  });

  it("is not known while the registry is away: that holds up only who refuses it", async () => {
    for (const [breakingChanges, reason] of [
      ["allow", "Building"],
      ["refuse", "RegistryUnreachable"],
    ] as const) {
      const served = await serve();
      served.registryAway();
      served.spec({ ...definitionOf(less), breakingChanges });
      served.image({ kind: "building" });
      await served.reconcile();
      assert.deepEqual([said(served), served.reason("Ready")], [undefined, reason]);
    }
  });
});
