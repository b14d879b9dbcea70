import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { Registries } from "../../../src/image/copy-blob.ts";
import { labelNames } from "../../../src/image/gateway-image.ts";
import { type Descriptor, digestOf } from "../../../src/image/oci.ts";
import { referrersOf } from "../../../src/image/referrers.ts";
import { must } from "../../../testing/envoy.ts";
import { openRegistries } from "../../../testing/open-registries.ts";
import { build, putBase, reasons } from "./built-in-registry.ts";
import { type RealRegistry, startRealRegistry } from "./real-registry.ts";

/** A registry with a base image, and another one that is as the test wants it. */
async function two(t: TestContext, options: Parameters<typeof startRealRegistry>[1] = {}) {
  const [from, to] = [await startRealRegistry(t), await startRealRegistry(t, options)];
  const registries = openRegistries(t);
  return { from, to, registries, layer: await putBase(registries, from) };
}

async function assertNoTag(registries: Registries, { host }: RealRegistry): Promise<void> {
  assert.equal(must(await registries(host).manifest("pets", "1")), undefined, "nothing is under the tag");
}

/** The file of a blob in a registry's storage. */
const blobFile = ({ storage }: RealRegistry, { digest }: Descriptor): string =>
  join(storage, "docker/registry/v2/blobs/sha256", digest.slice(7, 9), digest.slice(7), "data");

describe("a real registry in trouble", { timeout: 120_000 }, () => {
  it("none: the image is there, with what lies beside it under the fallback tag", async (t) => {
    const { from, to, registries } = await two(t);
    const { digest } = must(await build(registries, from, to));
    assert.equal(must(await registries(to.host).manifest("pets", "1"))?.descriptor.digest, digest);
    assert.equal(must(await referrersOf(registries(to.host), "pets", digest)).length, 1);
  });

  it("none, with a layer that goes up in several chunks", async (t) => {
    const [from, to] = [await startRealRegistry(t), await startRealRegistry(t)];
    const registries = openRegistries(t);
    const layer = await putBase(registries, from, 40);
    must(await build(registries, from, to));
    const stored = must(await registries(to.host).blob("pets", layer, 2 ** 30));
    assert.equal(digestOf(stored), layer.digest);
  });

  it("takes nothing in", async (t) => {
    const { from, to, registries } = await two(t, { readOnly: true });
    const built = await build(registries, from, to);
    assert.deepEqual(reasons(built), ["RegistryFailed"]);
    assert.match(built.problems[0]?.message ?? "", /answers 405 to an upload\. .*may not be written/);
    await assertNoTag(registries, to);
  });

  it("has no room for the base's layer", async (t) => {
    const { from, to, registries } = await two(t, { diskMiB: 2 });
    assert.deepEqual(reasons(await build(registries, from, to)), ["RegistryFailed"]);
    await assertNoTag(registries, to);
  });

  it("ends before it has all", async (t) => {
    const { from, to, registries } = await two(t);
    to.process.kill("SIGKILL");
    assert.deepEqual(reasons(await build(registries, from, to)), ["RegistryUnreachable"]);
  });

  it("does not answer", async (t) => {
    const { from, to, registries } = await two(t);
    to.process.kill("SIGSTOP");
    assert.deepEqual(reasons(await build(registries, from, to)), ["RegistryUnreachable"]);
  });

  it("has a layer whose bytes were changed, or cut off: that is noticed, and no image is made of it", async (t) => {
    for (const harm of [(file: string) => writeFile(file, randomBytes(4 * 2 ** 20)), (file: string) => truncate(file, 1000)]) {
      const { from, to, registries, layer } = await two(t);
      await harm(blobFile(from, layer));
      const { problems } = await build(registries, from, to);
      assert.deepEqual(
        problems.map(({ reason, where }) => [reason, where.source]),
        [["BadImage", `${from.host}/base:1`]],
        "the registry that it is read from is named",
      );
      await assertNoTag(registries, to);
    }
  });

  it("finds the manifest too large", async (t) => {
    const { from, to, registries } = await two(t);
    const built = await build(registries, from, to, { labels: { [labelNames.inputHash]: "x".repeat(5 * 2 ** 20) } });
    assert.deepEqual(reasons(built), ["RegistryFailed"]);
    assert.match(built.problems[0]?.message ?? "", /[Mm]anifest/);
    await assertNoTag(registries, to);
  });

  it("keeps what was under the tag when the next build fails", async (t) => {
    const { from, to, registries } = await two(t);
    const { digest } = must(await build(registries, from, to));
    const layer = await putBase(registries, from);
    await truncate(blobFile(from, layer), 1000);
    assert.deepEqual(reasons(await build(registries, from, to)), ["BadImage"]);
    assert.equal(must(await registries(to.host).manifest("pets", "1"))?.descriptor.digest, digest);
  });
});
