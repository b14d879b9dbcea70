import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { type FakeRegistry, putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import { labelNames } from "./gateway-image.ts";
import { readLayer } from "./layer.ts";
import { layerBuilder } from "./layer-builder.ts";
import { type Descriptor, imageConfig, imageIndex, imageManifest, jsonBlob, mediaTypes } from "./oci.ts";
import { type ImageReference, parseReference, showReference } from "./reference.ts";
import { standingOf } from "./reuse.ts";

const files = new Map([
  ["image/routes.json", '{"resources": []}\n'],
  ["image/manifest.json", "{}\n"],
]);
const labels = { [labelNames.inputHash]: "abc", [labelNames.version]: "1.0" };

const request = (base: string, target: string) => ({
  base: must(parseReference(base)),
  target: must(parseReference(target)),
  files,
  project: () => new Map(),
  labels,
  attachments: () => [],
});

/** An image of a registry: its manifest, its configuration, and the files of its last layer. */
async function pulled({ manifests, blobs }: FakeRegistry, repository: string, key: string) {
  const manifest = imageManifest.parse(JSON.parse(String(manifests.get(key)?.bytes)));
  const blob = (digest: string) => blobs.get(`${repository}@${digest}`) ?? assert.fail(`${digest} is not in ${repository}`);
  for (const { digest } of manifest.layers) blob(digest);
  const last = manifest.layers.at(-1) ?? assert.fail("no layer");
  return {
    manifest,
    config: imageConfig.parse(JSON.parse(String(blob(manifest.config.digest)))),
    files: await readLayer(blob(last.digest)),
  };
}

/** Puts an index of images for two platforms, and of something else, into a registry as `gateway:1`. */
async function putIndex(fake: FakeRegistry, isDocker: boolean): Promise<Descriptor> {
  const manifests = [];
  for (const architecture of ["amd64", "arm64"]) {
    const { descriptor } = await putBaseImage(fake, "gateway", architecture, architecture, isDocker);
    manifests.push({ ...descriptor, platform: { architecture, os: "linux" } });
  }
  const attestation = {
    mediaType: mediaTypes.manifest,
    digest: `sha256:${"0".repeat(64)}`,
    size: 1,
    platform: { architecture: "unknown", os: "unknown" },
  };
  const mediaType = isDocker ? mediaTypes.dockerIndex : mediaTypes.index;
  const index = jsonBlob(mediaType, { schemaVersion: 2, mediaType, manifests: [...manifests, attestation] });
  fake.manifests.set("gateway:1", { mediaType, bytes: Buffer.from(index.bytes) });
  return index.descriptor;
}

const texts = (layer: ReadonlyMap<string, Uint8Array>) => [...layer].map(([path, content]) => [path, Buffer.from(content).toString()]);

describe("the layer builder", () => {
  it("adds one layer and labels, keeps what the base says, and shares the base's blobs where it can", async (t) => {
    const fake = await startFakeRegistry(t);
    const base = await putBaseImage(fake, "portico/gateway", "1", "amd64");
    const built = must(
      await layerBuilder(openRegistries(t)).build(request(`${fake.host}/portico/gateway:1`, `${fake.host}/apis/pets:1.0`)),
    );
    const image = await pulled(fake, "apis/pets", "apis/pets:1.0");
    assert.deepEqual(texts(image.files), [...files].map(([path, text]) => [`gateway/${path}`, text]).toSorted());
    assert.equal(image.manifest.layers.length, 2);
    assert.deepEqual(image.config.config, {
      Entrypoint: ["/usr/local/bin/envoy"],
      User: "65532",
      Labels: {
        theirs: "kept",
        ...labels,
        [labelNames.baseName]: `${fake.host}/portico/gateway:1`,
        [labelNames.baseDigest]: base.descriptor.digest,
      },
    });
    assert.equal(fake.manifests.get(`apis/pets@${built.digest}`), fake.manifests.get("apis/pets:1.0"));
    assert.equal(fake.requests.filter((line) => line.includes("mount=")).length, 1);
    assert.equal(
      fake.requests.filter((line) => /^(PATCH|PUT) .*uploads/.test(line)).length,
      2,
      "only the layer and the configuration are uploaded",
    );
  });

  it("makes the same digest of the same input, and then uploads nothing", async (t) => {
    const fake = await startFakeRegistry(t);
    await putBaseImage(fake, "portico/gateway", "1", "amd64");
    const build = () => layerBuilder(openRegistries(t)).build(request(`${fake.host}/portico/gateway:1`, `${fake.host}/pets:1.0`));
    const first = must(await build());
    const before = fake.requests.length;
    assert.equal(must(await build()).digest, first.digest);
    assert.deepEqual(
      fake.requests.slice(before).filter((line) => line.includes("uploads")),
      [],
    );
  });

  it("copies the base from another registry", async (t) => {
    const [from, to] = [await startFakeRegistry(t), await startFakeRegistry(t)];
    await putBaseImage(from, "gateway", "1", "amd64");
    must(await layerBuilder(openRegistries(t)).build(request(`${from.host}/gateway:1`, `${to.host}/pets:1.0`)));
    assert.equal((await pulled(to, "pets", "pets:1.0")).manifest.layers.length, 2);
  });

  it("answers Docker's media types with Docker's", async (t) => {
    const fake = await startFakeRegistry(t);
    await putBaseImage(fake, "gateway", "1", "amd64", true);
    must(await layerBuilder(openRegistries(t)).build(request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`)));
    const { manifest } = await pulled(fake, "pets", "pets:1.0");
    assert.equal(fake.manifests.get("pets:1.0")?.mediaType, mediaTypes.dockerManifest);
    assert.deepEqual(
      [manifest.config.mediaType, ...manifest.layers.map(({ mediaType }) => mediaType)],
      [mediaTypes.dockerConfig, mediaTypes.dockerLayer, mediaTypes.dockerLayer],
    );
  });

  it("makes an image for each platform of an index", async (t) => {
    const fake = await startFakeRegistry(t);
    await putIndex(fake, false);
    must(await layerBuilder(openRegistries(t)).build(request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`)));
    const made = imageIndex.parse(JSON.parse(String(fake.manifests.get("pets:1.0")?.bytes)));
    assert.deepEqual(
      made.manifests.map(({ platform }) => platform?.architecture),
      ["amd64", "arm64"],
    );
    for (const { digest, platform } of made.manifests) {
      const { config } = await pulled(fake, "pets", `pets@${digest}`);
      assert.equal(config.architecture, platform?.architecture);
    }
  });

  it("leaves nothing under the tag when something fails on the way", async (t) => {
    const fake = await startFakeRegistry(t);
    await putBaseImage(fake, "gateway", "1", "amd64");
    fake.fault = (_, response, line) => line.startsWith("PUT") && line.includes("uploads") && Boolean(response.writeHead(400).end());
    const built = await layerBuilder(openRegistries(t)).build(request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`));
    assert.deepEqual(
      built.problems.map(({ reason }) => reason),
      ["RegistryFailed"],
    );
    assert.deepEqual(
      [...fake.manifests.keys()].filter((key) => key.startsWith("pets")),
      [],
    );
  });

  it("leaves somebody else's image that came under the tag while this one was made", async (t) => {
    const fake = await startFakeRegistry(t);
    await putBaseImage(fake, "gateway", "1", "amd64");
    await putBaseImage(fake, "pets", "theirs", "amd64");
    const stored = fake.manifests.get("pets:theirs") ?? assert.fail("it is not there");
    fake.fault = (_, __, line) => {
      if (line.startsWith("PUT") && line.includes("uploads")) fake.manifests.set("pets:1.0", stored);
      return false;
    };
    const built = await layerBuilder(openRegistries(t)).build(request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`));
    assert.deepEqual(
      built.problems.map(({ reason }) => reason),
      ["ForeignImage"],
    );
    assert.equal(fake.manifests.get("pets:1.0"), stored);
  });

  it("says that the base is not there", async (t) => {
    const fake = await startFakeRegistry(t);
    const built = await layerBuilder(openRegistries(t)).build(request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`));
    assert.deepEqual(
      built.problems.map(({ reason }) => reason),
      ["ImageMissing"],
    );
  });
});

describe("an image on a base", () => {
  for (const isDocker of [false, true])
    it(`that is ${isDocker ? "Docker's list" : "an index of OCI's"} says that one's digest, by which another base is noticed`, async (t) => {
      const fake = await startFakeRegistry(t);
      const { digest } = await putIndex(fake, isDocker);
      const registries = openRegistries(t);
      must(await layerBuilder(registries).build(request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`)));
      const standing = must(await standingOf(registries(fake.host), must(parseReference(`${fake.host}/pets:1.0`))));
      assert.equal(standing.kind === "gateway" && standing.madeWith.base, digest);
      for (const one of imageIndex.parse(JSON.parse(String(fake.manifests.get("pets:1.0")?.bytes))).manifests) {
        const { config } = await pulled(fake, "pets", `pets@${one.digest}`);
        assert.equal(config.config?.Labels?.[labelNames.baseDigest], digest);
      }
    });

  it("tells the documents beside it which one that turned out to be", async (t) => {
    const fake = await startFakeRegistry(t);
    const { digest } = (await putBaseImage(fake, "gateway", "1", "amd64")).descriptor;
    const asked = request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`);
    const told: string[] = [];
    const attachments = (base: ImageReference) => {
      told.push(showReference(base));
      return [];
    };
    must(await layerBuilder(openRegistries(t)).build({ ...asked, attachments }));
    assert.deepEqual(told, [`${fake.host}/gateway:1@${digest}`]);
  });

  it("that is named by its digest, too, says that once", async (t) => {
    const fake = await startFakeRegistry(t);
    const { digest } = (await putBaseImage(fake, "gateway", "1", "amd64")).descriptor;
    must(await layerBuilder(openRegistries(t)).build(request(`${fake.host}/gateway:1@${digest}`, `${fake.host}/pets:1.0`)));
    const { config } = await pulled(fake, "pets", "pets:1.0");
    assert.equal(config.config?.Labels?.[labelNames.baseName], `${fake.host}/gateway:1`);
  });
});

describe("what a tag stands for", () => {
  it("is nothing, a gateway with its input's hash, or somebody else's image", async (t) => {
    const fake = await startFakeRegistry(t);
    const registries = openRegistries(t);
    const standing = async (name: string) => must(await standingOf(registries(fake.host), must(parseReference(`${fake.host}/${name}`))));
    assert.deepEqual(await standing("pets:1.0"), { kind: "nothing" });
    const base = await putBaseImage(fake, "gateway", "1", "amd64");
    assert.deepEqual(await standing("gateway:1"), { kind: "foreign", digest: base.descriptor.digest });
    const { digest } = must(await layerBuilder(registries).build(request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`)));
    const before = fake.requests.length;
    const madeWith = { toolkit: undefined, base: base.descriptor.digest };
    assert.deepEqual(await standing("pets:1.0"), { kind: "gateway", digest, inputHash: "abc", documentHash: undefined, madeWith });
    assert.equal(fake.requests.length - before, 1);
  });

  it("is found in the configuration where the manifest says nothing, as Kaniko's does", async (t) => {
    const fake = await startFakeRegistry(t);
    const base = await putBaseImage(fake, "gateway", "1", "amd64", true);
    const registries = openRegistries(t);
    const { digest } = must(await layerBuilder(registries).build(request(`${fake.host}/gateway:1`, `${fake.host}/pets:1.0`)));
    const before = fake.requests.length;
    const standing = must(await standingOf(registries(fake.host), must(parseReference(`${fake.host}/pets:1.0`))));
    const madeWith = { toolkit: undefined, base: base.descriptor.digest };
    assert.deepEqual(standing, { kind: "gateway", digest, inputHash: "abc", documentHash: undefined, madeWith });
    assert.equal(fake.requests.length - before, 2);
  });
});
