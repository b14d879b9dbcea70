import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { must } from "../../testing/envoy.ts";
import { type FakeRegistry, putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import type { Builder } from "./builder.ts";
import type { Registries } from "./copy-blob.ts";
import { layerBuilder } from "./layer-builder.ts";
import { tarBuilder } from "./layout/tar-builder.ts";
import { imageManifest } from "./oci.ts";
import { parseReference } from "./reference.ts";
import { noCredentials } from "./registry/credentials.ts";

const retries = { most: 3, firstMs: 1, longestMs: 10 };

/** The builders that read a base from one registry and write elsewhere. */
const builders: Readonly<Record<string, (t: TestContext, registries: Registries) => Promise<Builder>>> = {
  layer: async (_, registries) => layerBuilder(registries),
  tar: async (t, registries) => {
    const folder = await mkdtemp(join(tmpdir(), "pt-"));
    t.after(() => rm(folder, { recursive: true }));
    return tarBuilder(registries, join(folder, "pets.tar"), { works: () => () => {}, watched: (layout) => layout, retries });
  },
};

/** A registry with a base, whose layer may be harmed, and what comes of a build for another registry. */
async function shop(t: TestContext, open: (t: TestContext, registries: Registries) => Promise<Builder>) {
  const [from, to] = [await startFakeRegistry(t), await startFakeRegistry(t)];
  const base = await putBaseImage(from, "gateway", "1", "amd64");
  const [layer] = imageManifest.parse(JSON.parse(String(base.bytes))).layers;
  const digest = layer?.digest ?? assert.fail("a base without a layer");
  const builder = await open(t, openRegistries(t, noCredentials, retries));
  const build = () =>
    builder.build({
      base: must(parseReference(`${from.host}/gateway:1`)),
      target: must(parseReference(`${to.host}/pets:1`)),
      files: new Map([["image/routes.json", "{}\n"]]),
      project: () => new Map(),
      labels: {},
      attachments: () => [],
    });
  const downloads = () => from.requests.filter((line) => line.startsWith("GET") && line.endsWith(digest)).length;
  return { from, key: `gateway@${digest}`, digest, build, downloads };
}

/** Lets a registry break off in the middle of a blob, so many times. */
function breakOff(fake: FakeRegistry, digest: string, times: number): void {
  let left = times;
  fake.fault = ({ method }, response, line) => {
    if (method !== "GET" || !line.endsWith(digest) || left-- <= 0) return false;
    response.writeHead(200, { "content-length": "500" }).write("x", () => setTimeout(() => response.destroy(), 5));
    return true;
  };
}

for (const [name, open] of Object.entries(builders))
  describe(`the ${name} builder, of a base that is broken`, () => {
    for (const [what, harmed] of [
      ["other bytes", (bytes: Buffer) => Buffer.alloc(bytes.length)],
      ["fewer bytes", (bytes: Buffer) => bytes.subarray(0, 10)],
      ["more bytes", (bytes: Buffer) => Buffer.concat([bytes, bytes])],
    ] as const)
      it(`blames the registry and the image that have ${what}, after two looks`, async (t) => {
        const { from, key, build, downloads } = await shop(t, open);
        from.blobs.set(key, harmed(from.blobs.get(key) ?? Buffer.alloc(0)));
        const { problems } = await build();
        assert.deepEqual(
          problems.map(({ reason, where }) => [reason, where.source]),
          [["BadImage", `${from.host}/gateway:1`]],
        );
        assert.match(problems[0]?.message ?? "", /is not what the digest says.*Push the image again/);
        assert.doesNotMatch(problems[0]?.message ?? "", /[Tt]ry again/);
        assert.equal(downloads(), 2);
      });

    it("goes on where it broke off once, or something between harmed it once", async (t) => {
      const { from, digest, build, downloads } = await shop(t, open);
      breakOff(from, digest, 1);
      assert.equal((await build()).ok, true);
      assert.equal(downloads(), 2);
      const other = await shop(t, open);
      let left = 1;
      other.from.fault = (_, response, line) => line.endsWith(other.digest) && left-- > 0 && Boolean(response.writeHead(200).end("x"));
      assert.equal((await other.build()).ok, true);
    });

    it("blames where it breaks off each time", async (t) => {
      const { from, digest, build, downloads } = await shop(t, open);
      breakOff(from, digest, 9);
      const { problems } = await build();
      assert.deepEqual(
        problems.map(({ reason, where }) => [reason, where.source]),
        [["RegistryFailed", `${from.host}/gateway:1`]],
      );
      assert.match(problems[0]?.message ?? "", /breaks off before its end/);
      assert.equal(downloads(), 4);
    });

    it("names the image whose layer is not there", async (t) => {
      const { from, key, build } = await shop(t, open);
      from.blobs.delete(key);
      assert.deepEqual(
        (await build()).problems.map(({ reason, where }) => [reason, where.source]),
        [["ImageMissing", `${from.host}/gateway:1`]],
      );
    });
  });
