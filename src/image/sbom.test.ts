import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { wrongInSpdx } from "../../testing/spdx-tools.ts";
import { labelNames } from "./gateway-image.ts";
import { sbomOf } from "./sbom.ts";

const image = (tag: string) => ({ registry: "registry.test", repository: "apis/pets", tag, digest: undefined });

const made = {
  target: image("1.0.0"),
  base: { ...image("base"), digest: `sha256:${"0".repeat(64)}` },
  files: new Map([
    ["image/routes.json", "{}"],
    ["image/manifest.json", "{}\n"],
  ]),
  labels: { [labelNames.inputHash]: "ab", [labelNames.version]: "1.0.0", [labelNames.toolkit]: "0.1.0" },
};
const apis = [{ name: "pets", version: "1.0.0" }];

it("what an image is made of is a document of SPDX, as its own tool says", { timeout: 120_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "pt-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "pets.spdx.json");
  const text = sbomOf(made, apis);
  await writeFile(file, text);
  assert.deepEqual(await wrongInSpdx(file), []);
  await writeFile(file, text.replace("NOASSERTION", "no such word").replace('"SHA1"', '"MD5"'));
  assert.notDeepEqual(await wrongInSpdx(file), [], "what is wrong is found");
  await writeFile(file, text.replace("CONTAINS", "HOLDS"));
  await assert.rejects(wrongInSpdx(file), /Invalid RelationshipType: HOLDS/);
});

it("what another image is made of has another name, and says which base that was", () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const others = [
    { target: image("1.0.1") },
    { base: { ...made.base, digest } },
    { base: { ...made.base, tag: "other" } },
    { files: new Map([["image/routes.json", "[]"]]) },
    { labels: { ...made.labels, [labelNames.inputHash]: "cd" } },
    { labels: { ...made.labels, [labelNames.toolkit]: "0.2.0" } },
  ].map((change) => sbomOf({ ...made, ...change }, apis));
  const texts = [sbomOf(made, apis), ...others, sbomOf(made, [{ name: "pets", version: "2" }])];
  const names = texts.map((text) => JSON.parse(text).documentNamespace);
  assert.equal(new Set(names).size, texts.length);
  assert.equal(sbomOf(made, apis), texts[0]);
  const [, base] = JSON.parse(sbomOf({ ...made, base: { ...made.base, digest } }, apis)).packages;
  assert.deepEqual([base.name, base.versionInfo], ["registry.test/apis/pets:base", digest]);
});
