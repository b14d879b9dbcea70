import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { must } from "../../testing/envoy.ts";
import { putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import { labelNames } from "./gateway-image.ts";
import { layerBuilder } from "./layer-builder.ts";
import { provideVersion, type RebuildRule } from "./provide-version.ts";
import { parseReference } from "./reference.ts";
import { outdated } from "./reuse.ts";

/** A registry, and what is asked of it for one version. */
async function registryOf(t: TestContext) {
  const fake = await startFakeRegistry(t);
  await putBaseImage(fake, "portico/gateway", "1", "amd64");
  const registries = openRegistries(t);
  const provide = (inputHash: string, documentHash: string, rule: Partial<RebuildRule> = {}, toolkit = "1.0.0", isWanted = () => true) =>
    provideVersion(
      layerBuilder(registries),
      registries(fake.host),
      {
        base: must(parseReference(`${fake.host}/portico/gateway:1`)),
        target: must(parseReference(`${fake.host}/apis/pets:1.0`)),
        files: new Map([["image/manifest.json", `${inputHash}\n`]]),
        project: () => new Map(),
        labels: { [labelNames.inputHash]: inputHash, [labelNames.documentHash]: documentHash, [labelNames.toolkit]: toolkit },
        attachments: () => [],
        isWanted,
      },
      { inputHash, documentHash },
      { rebuild: "onPolicy", asked: false, now: { toolkit, base: undefined }, ...rule },
    );
  const digestUnder = (tag: string) => {
    const bytes = fake.manifests.get(`apis/pets:${tag}`)?.bytes;
    return bytes && `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  };
  /** Puts somebody else's image under a tag while another tag is written. */
  const putWhile = async (written: string, tag: string): Promise<string> => {
    const { descriptor } = await putBaseImage(fake, "apis/pets", "theirs", "amd64");
    const stored = fake.manifests.get("apis/pets:theirs") ?? assert.fail("it is not there");
    fake.fault = (_, __, line) => {
      if (line === `PUT /v2/apis/pets/manifests/${written}`) fake.manifests.set(`apis/pets:${tag}`, stored);
      return false;
    };
    return descriptor.digest;
  };
  return { provide, digestUnder, putWhile, putBaseImage: (tag: string) => putBaseImage(fake, "apis/pets", tag, "amd64") };
}

const [first = "", second = "", third = ""] = ["a", "b", "c"].map((letter) => letter.repeat(64));

const now = { toolkit: "1.1.0", base: undefined };
const inWords = "The image was made by version 1.0.0 of Portico (1.1.0 is here).";

describe("the image of an API's version", () => {
  it("is built once, and reused", async (t) => {
    const { provide, digestUnder } = await registryOf(t);
    const one = must(await provide(first, "d1"));
    const two = must(await provide(first, "d1"));
    assert.deepEqual([one.made, two.made, one.digest === two.digest, digestUnder("1.0")], [true, false, true, one.digest]);
  });

  it("takes no version's tag once nobody wants it any more, or another operator leads", async (t) => {
    const { provide, digestUnder } = await registryOf(t);
    const before = must(await provide(first, "d1"));
    const late = await provide(second, "d1", {}, "1.0.0", () => false);
    assert.deepEqual([late.problems.map(({ reason }) => reason), digestUnder("1.0")], [["BuildFailed"], before.digest]);
    const anew = await provide(first, "d1", { asked: true, now }, "1.1.0", () => false);
    assert.deepEqual([anew.problems.map(({ reason }) => reason), digestUnder("1.0")], [["BuildFailed"], before.digest]);
  });

  it("is put under no tag, the first time too, once nobody wants it any more", async (t) => {
    const { provide, digestUnder } = await registryOf(t);
    const late = await provide(first, "d1", {}, "1.0.0", () => false);
    assert.deepEqual([late.problems.map(({ reason }) => reason), digestUnder("1.0")], [["BuildFailed"], undefined]);
  });

  it("is built anew when a policy changed: under a tag that never moves, and the version moves there", async (t) => {
    const { provide, digestUnder } = await registryOf(t);
    const before = must(await provide(first, "d1"));
    const after = must(await provide(second, "d1"));
    assert.deepEqual([digestUnder("1.0"), digestUnder(`1.0-${second.slice(0, 12)}`)], [after.digest, after.digest]);
    assert.notEqual(before.digest, after.digest);
    const back = must(await provide(first, "d1"));
    assert.deepEqual([back.made, digestUnder("1.0"), digestUnder(`1.0-${second.slice(0, 12)}`)], [true, before.digest, after.digest]);
    const again = must(await provide(second, "d1"));
    assert.deepEqual([again.made, digestUnder("1.0")], [false, after.digest]);
  });

  it("stays though the program that made it is older, unless a rebuild is asked", async (t) => {
    const { provide, digestUnder } = await registryOf(t);
    const before = must(await provide(first, "d1"));
    const kept = must(await provide(first, "d1", {}, "1.1.0"));
    assert.deepEqual([kept.made, kept.madeWith?.toolkit, outdated(kept.madeWith ?? now, now)], [false, "1.0.0", inWords]);
    const same = must(await provide(first, "d1", { asked: true }));
    assert.equal(same.made, false, "nothing is older");
    const anew = must(await provide(first, "d1", { asked: true }, "1.1.0"));
    assert.deepEqual([anew.made, digestUnder("1.0")], [true, anew.digest]);
    assert.notEqual(anew.digest, before.digest);
    assert.equal(must(await provide(first, "d1", { rebuild: "always" }, "1.2.0")).made, true);
  });

  it("stays when the document changed, unless a rebuild is asked", async (t) => {
    const { provide, digestUnder } = await registryOf(t);
    const { digest } = must(await provide(first, "d1"));
    for (const [inputHash, documentHash, rule] of [
      [second, "d2", {}],
      [second, "d1", { rebuild: "never" }],
    ] as const) {
      const refused = await provide(inputHash, documentHash, rule);
      assert.deepEqual([refused.problems.map(({ reason }) => reason), digestUnder("1.0")], [["TagConflict"], digest]);
      assert.match(refused.problems[0]?.message ?? "", new RegExp(`portico.dev/rebuild-to=${second}`));
    }
    assert.ok(must(await provide(second, "d2", { asked: true })).made);
    assert.ok(must(await provide(third, "d3", { rebuild: "always" })).made);
  });

  it("never takes a version's tag that became somebody else's while it was made", async (t) => {
    const { provide, digestUnder, putWhile } = await registryOf(t);
    must(await provide(first, "d1"));
    const theirs = await putWhile(`1.0-${second.slice(0, 12)}`, "1.0");
    const late = await provide(second, "d1");
    assert.deepEqual([late.problems.map(({ reason }) => reason), digestUnder("1.0")], [["ForeignImage"], theirs]);
  });

  it("is never somebody else's", async (t) => {
    const { provide, putBaseImage: put } = await registryOf(t);
    await put("1.0");
    const refused = await provide(first, "d1", { rebuild: "always", asked: true });
    assert.deepEqual(
      refused.problems.map(({ reason }) => reason),
      ["ForeignImage"],
    );
  });
});
