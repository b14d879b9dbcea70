import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { findCanary } from "../../testing/canary.ts";
import { must } from "../../testing/envoy.ts";
import { putBaseImage, startFakeRegistry } from "../../testing/fake-registry.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import type { BuildRequest } from "./builder.ts";
import { labelNames } from "./gateway-image.ts";
import { layerBuilder } from "./layer-builder.ts";
import { parseReference } from "./reference.ts";

const canary = "canary-5Xq/8:é";

/** Where the canary is found in an image that is made with it. */
async function found(t: TestContext, change: Partial<BuildRequest>): Promise<readonly string[]> {
  const fake = await startFakeRegistry(t);
  await putBaseImage(fake, "base", "1", "amd64");
  const registries = openRegistries(t);
  const request = {
    base: must(parseReference(`${fake.host}/base:1`)),
    target: must(parseReference(`${fake.host}/pets:1`)),
    files: new Map([["image/routes.json", "{}\n"]]),
    project: () => new Map(),
    labels: { [labelNames.inputHash]: "abc" },
    attachments: () => [],
  };
  const { reference } = must(await layerBuilder(registries).build({ ...request, ...change }));
  return findCanary(registries(fake.host), reference, canary);
}

const file = (text: string): Partial<BuildRequest> => ({ files: new Map([["image/routes.json", text]]) });
const shifted = (shift: number): string => Buffer.from(`${"x".repeat(shift)}${canary} and more`).toString("base64");

const leaks: readonly (readonly [what: string, change: Partial<BuildRequest>])[] = [
  ["plain in a file", file(`{"password": "${canary}"}`)],
  ["as base64 in a file", file(shifted(0))],
  ["as base64 one byte further", file(shifted(1))],
  ["as base64 two bytes further", file(shifted(2))],
  ["as hexadecimal digits", file(Buffer.from(canary).toString("hex"))],
  ["percent-encoded", file(`?key=${encodeURIComponent(canary)}`)],
  ["in a file's name", { files: new Map([[`image/${canary.replace("/", "_")}`, canary]]) }],
  ["in a label", { labels: { [labelNames.inputHash]: "abc", secret: canary } }],
  ["in what refers to the image", { attachments: () => [{ artifactType: "text/plain", title: "x", bytes: Buffer.from(canary) }] }],
  ["in gzip in what refers to it", { attachments: () => [{ artifactType: "text/plain", title: "x", bytes: gzipSync(shifted(1)) }] }],
];

describe("the search for a secret in an image", () => {
  it("finds nothing where nothing leaked", async (t) => assert.deepEqual(await found(t, {}), []));

  for (const [what, change] of leaks) it(`finds one that leaked ${what}`, async (t) => assert.notDeepEqual(await found(t, change), []));
});
