import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unusedStore } from "../../testing/unused-store.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { type StoredObject, storedObject } from "../apply/kubernetes/stored-object.ts";
import { checked } from "../problem.ts";
import { retire } from "./retire.ts";

const endpoint = storedObject({
  apiVersion: "v1",
  kind: "TargetEndpoint",
  metadata: { name: "store", namespace: "a", resourceVersion: "1" },
});
const made = (unusedSince?: string): StoredObject =>
  storedObject({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      ...{ name: "store-backend", namespace: "a", resourceVersion: "1", uid: "u1" },
      ...(unusedSince === undefined ? {} : { annotations: { "portico.dev/unused-since": unusedSince } }),
    },
  });
const ago = (milliseconds: number): string => new Date(Date.now() - milliseconds).toISOString();

/** What is left for how long, and what was written. */
async function retired(object: StoredObject, { isWanted = false, isUsed = true, isAsked = false } = {}) {
  const written: string[] = [];
  const store: ObjectStore = {
    ...unusedStore,
    annotate: async (_resource, _namespace, _name, annotations) => {
      written.push(annotations["portico.dev/unused-since"] === null ? "unmark" : "mark");
      return checked(undefined, []);
    },
    remove: async () => {
      written.push("remove");
      return checked(undefined, []);
    },
  };
  const owned = { of: () => [object], find: () => object, isAsked: () => isAsked };
  const wanted = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "store-backend", namespace: "a", labels: {}, ownerReferences: [] },
  };
  const result = await retire({ owned, store }, endpoint, isWanted ? [wanted] : [], { isUsed, isAsked: () => isAsked });
  assert.ok(result.ok);
  return { restMs: result.value, written };
}

describe("what was deployed and is wanted no more", () => {
  it("is marked first, and stays while gateways may still send requests to it", async () => {
    assert.deepEqual(await retired(made()), { restMs: 30_000, written: ["mark"] });
    const { restMs = 0, written } = await retired(made(ago(10_000)));
    assert.ok(restMs > 15_000 && restMs <= 20_000, String(restMs));
    assert.deepEqual(written, []);
  });

  it("goes after that, and at once where nobody uses it", async () => {
    assert.deepEqual(await retired(made(ago(31_000))), { restMs: undefined, written: ["remove"] });
    assert.deepEqual(await retired(made(), { isUsed: false }), { restMs: undefined, written: ["remove"] });
  });

  it("stays while a gateway is mounted so that it sends requests to it, and is marked once none is", async () => {
    for (const object of [made(), made(ago(31_000))])
      assert.equal((await retired(object, { isAsked: true })).written.includes("remove"), false);
    assert.deepEqual(await retired(made(), { isAsked: true, isUsed: false }), { restMs: undefined, written: [] });
    assert.deepEqual(await retired(made()), { restMs: 30_000, written: ["mark"] });
  });

  it("that is wanted again stays, and is marked no longer", async () => {
    assert.deepEqual(await retired(made(ago(31_000)), { isWanted: true }), { restMs: undefined, written: ["unmark"] });
    assert.deepEqual(await retired(made(), { isWanted: true }), { restMs: undefined, written: [] });
  });

  it("is marked anew where the mark is no time, or one to come", async () => {
    for (const mark of ["never", ago(-1_000_000)]) assert.deepEqual(await retired(made(mark)), { restMs: 30_000, written: ["mark"] });
  });
});
