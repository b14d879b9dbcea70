import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { makeLayer, readLayer } from "./layer.ts";
import { digestOf } from "./oci.ts";

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

describe("a layer", () => {
  const files = new Map([
    ["gateway/image/routes.json", "{}"],
    [`gateway/image/documents/${"a".repeat(120)}.json`, "größe"],
    ["b", "x".repeat(100_000)],
  ]);

  it("holds the files, and says the digests of what is compressed and what is not", async () => {
    const { bytes, descriptor, diffId } = await makeLayer(files);
    const read = await readLayer(bytes);
    assert.deepEqual(
      new Map([...read].map(([path, content]) => [path, text(content)])),
      new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    );
    assert.deepEqual([descriptor.digest, descriptor.size, diffId], [digestOf(bytes), bytes.length, digestOf(gunzipSync(bytes))]);
  });

  it("is the same bytes whatever the order of the files", async () => {
    const [one, other] = [await makeLayer(files), await makeLayer(new Map([...files].toReversed()))];
    assert.deepEqual(one, other);
  });

  it("is another one for other content", async () => {
    const [one, other] = [await makeLayer(files), await makeLayer(new Map([...files, ["b", "y"] as const]))];
    assert.notEqual(one.diffId, other.diffId);
  });

  it("is known by all its files, and holds those that are wanted", async () => {
    const { bytes } = await makeLayer(files);
    const read = await readLayer(bytes, (path) => path === "gateway/image/routes.json");
    assert.equal(read.size, files.size);
    assert.deepEqual([text(read.get("gateway/image/routes.json")), text(read.get("b"))], ["{}", ""]);
  });

  it("that is none is not read, nor one that is cut off", async () => {
    const { bytes } = await makeLayer(files);
    await assert.rejects(readLayer(Buffer.from("no tar at all".repeat(100))));
    await assert.rejects(readLayer(bytes.subarray(0, bytes.length / 2)));
    await assert.rejects(readLayer(gunzipSync(bytes).subarray(0, 1000)));
  });

  it("that unpacks to more than anybody needs is not read", async () => {
    const { bytes } = await makeLayer(new Map([["zeros", new Uint8Array(129 * 1024 * 1024)]]));
    assert.ok(bytes.length < 1024 * 1024);
    await assert.rejects(readLayer(bytes), /the layer is too large/);
  });
});
