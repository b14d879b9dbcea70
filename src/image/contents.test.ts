import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { must } from "../../testing/envoy.ts";
import { type FakeRegistry, putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import { contentsOf } from "./contents.ts";
import type { Registries } from "./copy-blob.ts";
import { changedOperations } from "./diff.ts";
import { labelNames } from "./gateway-image.ts";
import { makeLayer } from "./layer.ts";
import { layerBuilder } from "./layer-builder.ts";
import { type Blob, digestOf, imageManifest, jsonBlob, mediaTypes } from "./oci.ts";
import { parseReference } from "./reference.ts";

const manifest = { contract: 1, inputHash: "abc", apis: [] };

/** Builds an image whose gateway has these operations. */
async function build(t: TestContext, operations: string) {
  const fake = await startFakeRegistry(t);
  await putBaseImage(fake, "base", "1", "amd64");
  const registries = openRegistries(t);
  const target = must(parseReference(`${fake.host}/pets:1`));
  const built = await layerBuilder(registries).build({
    base: must(parseReference(`${fake.host}/base:1`)),
    target,
    files: new Map([
      ["image/manifest.json", JSON.stringify(manifest)],
      ["image/operations.json", operations],
      ["image/routes.json", "honest"],
    ]),
    project: () => new Map(),
    labels: { [labelNames.inputHash]: "abc" },
    attachments: () => [],
  });
  must(built);
  return { fake, registries, target, contents: () => contentsOf(registries(fake.host), target) };
}

/** Puts one more layer on the image. */
function onTop({ manifests, blobs }: FakeRegistry, layer: Blob): void {
  const image = imageManifest.parse(JSON.parse(String(manifests.get("pets:1")?.bytes)));
  const changed = jsonBlob(mediaTypes.manifest, { ...image, layers: [...image.layers, layer.descriptor] });
  blobs.set(`pets@${layer.descriptor.digest}`, Buffer.from(layer.bytes));
  manifests.set("pets:1", { mediaType: mediaTypes.manifest, bytes: Buffer.from(changed.bytes) });
}

const reasonOf = async (found: ReturnType<typeof contentsOf>): Promise<string | undefined> => (await found).problems[0]?.reason;

describe("what is in an image", () => {
  it("is what the gateway's layer has", async (t) => {
    const { contents } = await build(t, "{}");
    assert.equal(String(Buffer.from(must(await contents()).files.get("image/routes.json") ?? "")), "honest");
  });

  it("is refused where a layer on top changes the gateway, by whatever path", async (t) => {
    for (const path of ["gateway/image/routes.json", "gateway/x/../image/routes.json", "gateway/image/.wh.routes.json", ".wh.gateway"]) {
      const { fake, contents } = await build(t, "{}");
      onTop(fake, await makeLayer(new Map([[path, "evil"]])));
      assert.equal(await reasonOf(contents()), "ForeignImage", path);
    }
  });

  it("is refused where a layer on top is a bomb", async (t) => {
    const { fake, contents } = await build(t, "{}");
    const bytes = gzipSync(Buffer.alloc(600 * 2 ** 20));
    onTop(fake, { bytes, descriptor: { mediaType: mediaTypes.layer, digest: digestOf(bytes), size: bytes.length } });
    assert.equal(await reasonOf(contents()), "BadImage");
  });

  it("may have names that every object has", async (t) => {
    const operation = { id: "a", method: "GET", path: "/a", policies: { constructor: 1 } };
    const { contents } = await build(t, JSON.stringify({ constructor: [operation], toString: [] }));
    const found = must(await contents());
    assert.deepEqual(changedOperations(found, found), []);
    assert.equal(changedOperations({ ...found, operations: new Map() }, found)[0]?.change, "added");
  });

  it("is refused where it has more in it than anybody could hold", async (t) => {
    const { contents } = await build(t, `{"pets":[{"id":"a","method":"GET","path":"/a","policies":{"x":[${"[],".repeat(600_000)}0]}}]}`);
    assert.equal(await reasonOf(contents()), "ForeignImage");
  });

  it("is refused where it is nested without end", async (t) => {
    const deep = `{"pets":[{"id":"a","method":"GET","path":"/a","policies":{"x":${"[".repeat(20_000)}${"]".repeat(20_000)}}}]}`;
    const { contents } = await build(t, deep);
    assert.equal(await reasonOf(contents()), "ForeignImage");
  });

  it("is known by the digest of the index, not by that of one of its images", async (t) => {
    const fake = await startFakeRegistry(t);
    const image = await putBaseImage(fake, "base", "one", "amd64");
    const manifests = [{ ...image.descriptor, platform: { os: "linux", architecture: "amd64" } }];
    const index = jsonBlob(mediaTypes.index, { schemaVersion: 2, mediaType: mediaTypes.index, manifests });
    fake.manifests.set("base:1", { mediaType: mediaTypes.index, bytes: Buffer.from(index.bytes) });
    const registries: Registries = openRegistries(t);
    const built = await layerBuilder(registries).build({
      base: must(parseReference(`${fake.host}/base:1`)),
      target: must(parseReference(`${fake.host}/pets:1`)),
      files: new Map([
        ["image/manifest.json", JSON.stringify(manifest)],
        ["image/operations.json", "{}"],
      ]),
      project: () => new Map(),
      labels: { [labelNames.inputHash]: "abc" },
      attachments: () => [],
    });
    const { reference, digest } = must(built);
    assert.equal(must(await contentsOf(registries(fake.host), reference)).digest, digest);
  });
});
