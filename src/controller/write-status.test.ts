import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unusedStore } from "../../testing/unused-store.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import type { ObjectStore } from "../apply/kubernetes/objects.ts";
import { keyOf, type StoredObject, storedObject } from "../apply/kubernetes/stored-object.ts";
import { checked } from "../problem.ts";
import type { JsonObject } from "../text/node.ts";
import type { Saying } from "./conditions.ts";
import { makeMetrics } from "./metrics.ts";
import { conditionOf } from "./status.ts";
import { writeStatus } from "./write-status.ts";

const ready: Saying = { type: "Ready", status: "True", reason: "Ready", message: "It serves." };
const missing: Saying = { type: "Ready", status: "False", reason: "MissingValue", message: "A key is missing." };

/** A cluster with one API, whose watch tells of nothing: what is known of it is what was taken in. */
function cluster() {
  const metadata = { name: "pets", namespace: "a", uid: "u1", generation: 1 };
  const api = storedObject({ metadata: { ...metadata, resourceVersion: "1" } });
  const objects = new Map<string, StoredObject>([[keyOf(api), api]]);
  const collection = {
    objects,
    filled: Promise.resolve(),
    takeIn: (object: StoredObject) => void objects.set(keyOf(object), object),
  };
  const written: object[] = [];
  const notes: unknown[] = [];
  const store: ObjectStore = {
    ...unusedStore,
    applyStatus: async (_resource, _namespace, _name, status) => {
      written.push(status);
      return checked(storedObject({ metadata: { ...metadata, resourceVersion: String(written.length + 1) }, status }), []);
    },
    create: async (event) => {
      notes.push(event.note);
      return checked(storedObject({ metadata: { name: "event" } }), []);
    },
  };
  const world = { store, log: () => {}, metrics: makeMetrics() };
  /** Writes as a reconcile does that began when nothing was known but the API itself. */
  const write = (saying: Saying, fields: JsonObject = {}) =>
    writeStatus(world, { collection, resource: resources.apis }, api, fields, [saying]);
  return { write, written, notes };
}

describe("a status", () => {
  it("that changes and changes back before the watch tells of it is written each time, and not once more", async () => {
    const { write, written } = cluster();
    for (const saying of [ready, missing, ready, ready]) assert.equal(await write(saying), true);
    assert.deepEqual(
      written.map((status) => conditionOf(status, "Ready")?.reason),
      ["Ready", "MissingValue", "Ready"],
    );
  });

  it("keeps what was written last of what is not known now", async () => {
    const { write, written } = cluster();
    await write(ready, { image: "pets@sha256:new" });
    await write(missing);
    assert.equal(Object(written.at(-1)).image, "pets@sha256:new");
  });

  it("is told in an Event of at most 1 KiB, whatever it is written in", async () => {
    const { write, notes } = cluster();
    await write({ ...missing, message: `a${"ü".repeat(900)}` });
    const [note] = notes;
    assert.ok(typeof note === "string" && Buffer.byteLength(note) <= 1024 && /^aü+$/.test(note), String(note));
  });
});
