import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { must } from "../../testing/envoy.ts";
import { type FakeRegistry, type FakeRegistryOptions, putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import { copyImage } from "./copy.ts";
import type { Registries } from "./copy-blob.ts";
import { labelNames } from "./gateway-image.ts";
import { layerBuilder } from "./layer-builder.ts";
import { imageIndex, jsonBlob, mediaTypes } from "./oci.ts";
import { parseReference } from "./reference.ts";
import { type Attachment, referrersOf } from "./referrers.ts";

const attachments: readonly Attachment[] = [
  { artifactType: "application/vnd.oai.openapi+json", title: "pets.openapi.json", bytes: Buffer.from("{}\n") },
  { artifactType: "application/spdx+json", title: "sbom.spdx.json", bytes: Buffer.from("[]\n") },
];

/** Builds a gateway's image with documents beside it: its digest. */
async function build(registries: Registries, { host }: FakeRegistry, to: string, inputHash = "abc"): Promise<string> {
  const built = await layerBuilder(registries).build({
    base: must(parseReference(`${host}/base:1`)),
    target: must(parseReference(`${host}/${to}`)),
    files: new Map([["image/routes.json", `${inputHash}\n`]]),
    project: () => new Map(),
    labels: { [labelNames.inputHash]: inputHash },
    attachments: () => attachments,
  });
  return must(built).digest;
}

async function start(t: TestContext, options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const fake = await startFakeRegistry(t, options);
  await putBaseImage(fake, "base", "1", "amd64");
  return fake;
}

const copy = (registries: Registries, from: string, to: string, replace = false) =>
  copyImage(registries, must(parseReference(from)), must(parseReference(to)), replace);

/** What a digest in a repository names, and what those name, must all be there. */
function assertWhole({ manifests, blobs }: FakeRegistry, repository: string, digest: string): void {
  const { bytes } = manifests.get(`${repository}@${digest}`) ?? assert.fail(`${digest} is not in ${repository}`);
  const { config, layers = [], manifests: children = [] } = JSON.parse(String(bytes));
  for (const child of children) assertWhole({ manifests, blobs } as FakeRegistry, repository, child.digest);
  for (const blob of config === undefined ? layers : [config, ...layers])
    assert.ok(blobs.has(`${repository}@${blob.digest}`), `${blob.digest} is not in ${repository}`);
}

for (const keepsReferrers of [true, false]) {
  describe(`a registry that ${keepsReferrers ? "keeps" : "does not keep"} the list of referrers`, () => {
    it("has the documents beside the image, each known by what it is", async (t) => {
      const fake = await start(t, { keepsReferrers });
      const registries = openRegistries(t);
      const digest = await build(registries, fake, "apis/pets:1.0");
      const found = must(await referrersOf(registries(fake.host), "apis/pets", digest));
      assert.deepEqual(
        found.map(({ artifactType }) => artifactType),
        attachments.map(({ artifactType }) => artifactType),
      );
      for (const referrer of found) assertWhole(fake, "apis/pets", referrer.digest);
    });

    it("gives them to a copy, once however often it is made", async (t) => {
      const [from, to] = [await start(t), await start(t, { keepsReferrers })];
      const registries = openRegistries(t);
      const digest = await build(registries, from, "apis/pets:1.0");
      for (let turn = 0; turn < 2; turn++) {
        const copied = must(await copy(registries, `${from.host}/apis/pets:1.0`, `${to.host}/prod/pets:1.0`));
        assert.equal(copied.digest, digest);
      }
      assertWhole(to, "prod/pets", digest);
      assert.deepEqual(to.manifests.get("prod/pets:1.0"), from.manifests.get("apis/pets:1.0"));
      const found = must(await referrersOf(registries(to.host), "prod/pets", digest));
      assert.equal(found.length, 2);
      for (const referrer of found) assertWhole(to, "prod/pets", referrer.digest);
    });
  });
}

describe("a copy", () => {
  it("of an index has all of its images", async (t) => {
    const [from, to] = [await start(t), await start(t)];
    const images = [await putBaseImage(from, "base", "amd64", "amd64"), await putBaseImage(from, "base", "arm64", "arm64")];
    const manifests = images.map(({ descriptor }, index) => ({
      ...descriptor,
      platform: { os: "linux", architecture: index === 0 ? "amd64" : "arm64" },
    }));
    const index = jsonBlob(mediaTypes.index, { schemaVersion: 2, mediaType: mediaTypes.index, manifests });
    from.manifests.set("base:1", { mediaType: mediaTypes.index, bytes: Buffer.from(index.bytes) });
    const registries = openRegistries(t);
    const digest = await build(registries, from, "apis/pets:1.0");
    must(await copy(registries, `${from.host}/apis/pets:1.0`, `${to.host}/apis/pets:1.0`));
    assertWhole(to, "apis/pets", digest);
    assert.equal(imageIndex.parse(JSON.parse(String(to.manifests.get("apis/pets:1.0")?.bytes))).manifests.length, 2);
  });

  it("of indexes that name indexes, each many times, ends", async (t) => {
    const [from, to] = [await start(t), await start(t)];
    const put = (blob: ReturnType<typeof jsonBlob>, key: string): void => {
      from.manifests.set(key, { mediaType: mediaTypes.index, bytes: Buffer.from(blob.bytes) });
    };
    let inner = jsonBlob(mediaTypes.index, { schemaVersion: 2, manifests: [] });
    for (let depth = 0; depth < 25; depth++) {
      put(inner, `deep@${inner.descriptor.digest}`);
      inner = jsonBlob(mediaTypes.index, { schemaVersion: 2, manifests: [inner.descriptor, inner.descriptor] });
    }
    put(inner, "deep:1");
    must(await copy(openRegistries(t), `${from.host}/deep:1`, `${to.host}/deep:1`));
    assert.ok(from.requests.length < 100);
  });

  it("within a registry shares the blobs", async (t) => {
    const fake = await start(t);
    const registries = openRegistries(t);
    const digest = await build(registries, fake, "apis/pets:1.0");
    const before = fake.requests.length;
    must(await copy(registries, `${fake.host}/apis/pets:1.0`, `${fake.host}/prod/pets:1.0`));
    assertWhole(fake, "prod/pets", digest);
    const uploads = fake.requests.slice(before).filter((line) => /^(PATCH|PUT) .*uploads/.test(line));
    assert.deepEqual(uploads, []);
  });

  it("leaves another gateway under the tag alone, unless it is to be replaced", async (t) => {
    const fake = await start(t);
    const registries = openRegistries(t);
    const [first, second] = [await build(registries, fake, "a:1", "first"), await build(registries, fake, "b:1", "second")];
    const refused = await copy(registries, `${fake.host}/a:1`, `${fake.host}/b:1`);
    assert.deepEqual(
      refused.problems.map(({ reason }) => reason),
      ["TagConflict"],
    );
    const standing = async () => must(await registries(fake.host).manifest("b", "1"))?.descriptor.digest;
    assert.equal(await standing(), second);
    must(await copy(registries, `${fake.host}/a:1`, `${fake.host}/b:1`, true));
    assert.equal(await standing(), first);
  });

  it("never takes the place of somebody else's image", async (t) => {
    const fake = await start(t);
    const registries = openRegistries(t);
    await build(registries, fake, "a:1");
    const refused = await copy(registries, `${fake.host}/a:1`, `${fake.host}/base:1`, true);
    assert.deepEqual(
      refused.problems.map(({ reason }) => reason),
      ["ForeignImage"],
    );
  });

  it("leaves somebody else's image that came under the tag while it was made", async (t) => {
    const [from, to] = [await start(t), await start(t)];
    const registries = openRegistries(t);
    await build(registries, from, "a:1");
    const theirs = to.manifests.get("base:1") ?? assert.fail("it is not there");
    to.fault = (_, __, line) => {
      if (line.startsWith("PUT") && line.includes("uploads")) to.manifests.set("a:1", theirs);
      return false;
    };
    const { problems } = await copy(registries, `${from.host}/a:1`, `${to.host}/a:1`, true);
    assert.deepEqual([problems.map(({ reason }) => reason), to.manifests.get("a:1")], [["ForeignImage"], theirs]);
  });

  it("of what is not there, or not whole, is refused, and tags nothing", async (t) => {
    const [from, to] = [await start(t), await start(t)];
    const registries = openRegistries(t);
    const missing = await copy(registries, `${from.host}/none:1`, `${to.host}/pets:1`);
    await build(registries, from, "pets:1");
    for (const key of [...from.blobs.keys()].filter((one) => one.startsWith("pets@"))) from.blobs.delete(key);
    const torn = await copy(registries, `${from.host}/pets:1`, `${to.host}/pets:1`);
    assert.deepEqual(
      [missing, torn].flatMap(({ problems }) => problems.map(({ reason }) => reason)),
      ["ImageMissing", "ImageMissing"],
    );
    assert.equal(to.manifests.has("pets:1"), false);
  });
});
