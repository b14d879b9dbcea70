import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unusedStore } from "../../testing/unused-store.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { storedObject } from "../apply/kubernetes/stored-object.ts";
import { checked } from "../problem.ts";
import type { KubernetesObject } from "../workloads/object.ts";
import { applyObject } from "./apply-objects.ts";
import { ownedIndex } from "./owned.ts";

const service = (port: number | string, uid = "u1"): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "pets",
    namespace: "a",
    labels: {},
    ownerReferences: [{ apiVersion: "portico.dev/v1alpha1", kind: "API", name: "pets", uid, controller: true }],
  },
  spec: { ports: [{ port }] },
});

/** A cluster that keeps one object, adds what a cluster adds, and counts what is written. */
function cluster(normalise: (spec: unknown) => unknown = (spec) => spec) {
  const owned = ownedIndex();
  const written: Parameters<ObjectStore["apply"]>[0][] = [];
  let others: unknown;
  const put = (value: object): void => {
    const stored = storedObject(value);
    owned.changed(String(stored.value.kind), "a/pets", stored);
  };
  const store: ObjectStore = {
    ...unusedStore,
    read: () => Promise.resolve(checked(others === undefined ? undefined : storedObject(others), [])),
    apply: (object) => {
      written.push(object);
      const spec = normalise(object.spec);
      const metadata = { ...object.metadata, uid: "s1", resourceVersion: String(written.length), generation: written.length };
      const value = { ...object, metadata, spec };
      put(value);
      return Promise.resolve(checked(storedObject(value), []));
    },
  };
  const lastApplied = new Map();
  const apply = (object: KubernetesObject) => applyObject(object, { store, owned, lastApplied });
  return { apply, written, put, lastApplied, standsAlready: (value: unknown) => (others = value) };
}

const withDefaults = (spec: unknown): unknown => ({
  ...Object(spec),
  type: "ClusterIP",
  ports: [{ ...Object(spec).ports[0], protocol: "TCP" }],
});

describe("an object that is applied", () => {
  it("is written once, and again when it says something else", async () => {
    const { apply, written } = cluster(withDefaults);
    for (const object of [service(80), service(80), service(81), service(81)]) assert.ok((await apply(object)).ok);
    assert.equal(written.length, 2);
  });

  it("is written again when somebody changed it", async () => {
    const { apply, written, put } = cluster(withDefaults);
    await apply(service(80));
    put({
      ...written[0],
      metadata: { ...written[0]?.metadata, uid: "s1", resourceVersion: "9", generation: 9 },
      spec: { ports: [{ port: 8080 }] },
    });
    await apply(service(80));
    assert.equal(written.length, 2);
  });

  it("whose metadata alone is known is written again when somebody changed it", async () => {
    const { spec: _, ...rest } = service(80);
    const secret = { ...rest, kind: "Secret", data: { key: "dmFsdWU=" } };
    const { apply, written, put } = cluster(() => undefined);
    for (const object of [secret, secret]) await apply(object);
    assert.equal(written.length, 1);
    put({ ...written[0], metadata: { ...written[0]?.metadata, uid: "s1", resourceVersion: "9" }, spec: undefined });
    await apply(secret);
    assert.equal(written.length, 2);
  });

  it("keeps as many pods as an autoscaler wants", async () => {
    const { apply, written } = cluster();
    const deployment = (spec: object) => ({ ...service(80), apiVersion: "apps/v1", kind: "Deployment", spec });
    await apply(deployment({ replicas: 10, paused: false }));
    await apply(deployment({ paused: false }));
    assert.deepEqual(written[1]?.spec, { paused: false, replicas: 10 });
    await apply(deployment({ paused: false }));
    assert.equal(written.length, 2);
  });

  it("is not written for ever when the cluster writes a value in another form", async () => {
    const { apply, written } = cluster(() => ({ ports: [{ port: "eighty" }] }));
    for (const object of [service(80), service(80), service(80)]) await apply(object);
    assert.equal(written.length, 1);
  });

  it("is never taken from somebody else, seen or unseen", async () => {
    const foreign = { ...service(80), metadata: { name: "pets", namespace: "a", resourceVersion: "1", uid: "x" } };
    const unseen = cluster();
    unseen.standsAlready(foreign);
    const seen = cluster();
    seen.put({ ...service(80, "u2"), metadata: { ...service(80, "u2").metadata, resourceVersion: "1" } });
    for (const { apply, written } of [unseen, seen]) {
      const refused = await apply(service(80));
      assert.deepEqual([refused.problems.map(({ reason }) => reason), written.length], [["NameTaken"], 0]);
    }
  });
});
