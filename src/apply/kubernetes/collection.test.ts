import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../testing/until.ts";
import { watchCollection } from "./collection.ts";
import { resources } from "./kinds.ts";
import { storedObject } from "./stored-object.ts";
import type { Transport } from "./transport.ts";

const api = (resourceVersion: number, says: string, uid = "u1") => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "API",
  metadata: { name: "pets", namespace: "a", uid, resourceVersion: String(resourceVersion), generation: 1 },
  status: { says },
});

/** A collection of one API, of a cluster that tells what it is given to tell. */
async function collectionOf(t: TestContext) {
  const ended = new AbortController();
  t.after(() => ended.abort());
  const lines: string[] = [];
  let wake: () => void = () => {};
  ended.signal.addEventListener("abort", () => wake());
  const transport: Transport = {
    server: "http://cluster.test",
    json: async () => ({ metadata: { resourceVersion: "10" }, items: [api(10, "listed")] }),
    async *lines(_, signal) {
      while (!signal.aborted) {
        const line = lines.shift();
        if (line !== undefined) yield line;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close: () => {},
  };
  const heard: string[] = [];
  const says = (object: { readonly value: Readonly<Record<string, unknown>> } | undefined): string =>
    object === undefined ? "gone" : JSON.stringify(object.value.status);
  const observer = {
    changed: (_: string, now: Parameters<typeof says>[0]) => void heard.push(says(now)),
    failed: () => assert.fail("it does not fail"),
  };
  const collection = watchCollection(transport, { resource: resources.apis }, observer, ended.signal);
  await collection.filled;
  const tell = async (type: string, object: object): Promise<void> => {
    lines.push(JSON.stringify({ type, object }));
    lines.push(JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: "1000" } } }));
    wake();
    await until("all is told", () => lines.length === 0);
    await new Promise(setImmediate);
  };
  return { collection, heard, tell, now: () => says(collection.objects.get("a/pets")) };
}

describe("a collection", { timeout: 10_000 }, () => {
  it("has what a write was answered with at once, and does not go back to what was before that", async (t) => {
    const { collection, tell, now, heard } = await collectionOf(t);
    collection.takeIn(storedObject(api(12, "written")));
    assert.equal(now(), '{"says":"written"}');
    await tell("MODIFIED", api(11, "by somebody else, before"));
    assert.equal(now(), '{"says":"written"}');
    await tell("MODIFIED", api(12, "written"));
    await tell("MODIFIED", api(100, "later"));
    assert.equal(now(), '{"says":"later"}');
    assert.deepEqual(heard, ['{"says":"listed"}', '{"says":"written"}', '{"says":"later"}']);
  });

  it("takes in nothing of an object that is gone, or is another one of that name now", async (t) => {
    const { collection, tell, now } = await collectionOf(t);
    collection.takeIn(storedObject(api(12, "of another", "u2")));
    assert.equal(now(), '{"says":"listed"}');
    await tell("DELETED", api(13, "listed"));
    collection.takeIn(storedObject(api(12, "written")));
    assert.equal(now(), "gone");
  });
});
