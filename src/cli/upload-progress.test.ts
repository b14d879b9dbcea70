import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { startFakeRegistry } from "../../testing/fake-registry.ts";
import { openRegistries } from "../../testing/open-registries.ts";
import { storeBlob } from "../image/copy-blob.ts";
import { jsonBlob } from "../image/oci.ts";
import { withProgress } from "./upload-progress.ts";

describe("the progress of uploads", () => {
  it("is said at the begin and at the end of each, and not of what is there already", async (t) => {
    const fake = await startFakeRegistry(t);
    const said: string[] = [];
    const registry = withProgress(openRegistries(t)(fake.host), (line) => said.push(line));
    const blob = jsonBlob("text/plain", { a: "x".repeat(3000) });
    for (let turn = 0; turn < 2; turn++) must(await storeBlob(registry, "pets", blob));
    const name = blob.descriptor.digest.slice(7, 19);
    assert.deepEqual(said, [`Uploading ${name} (3 KiB) to ${fake.host}/pets`, `Uploaded  ${name} (3 KiB)`]);
  });

  it("names the file that is made", async (t) => {
    const fake = await startFakeRegistry(t);
    const said: string[] = [];
    const blob = jsonBlob("text/plain", {});
    must(
      await storeBlob(
        withProgress(openRegistries(t)(fake.host), (line) => said.push(line), "pets.tar"),
        "pets",
        blob,
      ),
    );
    const name = blob.descriptor.digest.slice(7, 19);
    assert.deepEqual(said, [`Writing   ${name} (1 KiB) to pets.tar`, `Written   ${name} (1 KiB)`]);
  });

  it("of one that fails has no end", async (t) => {
    const fake = await startFakeRegistry(t);
    fake.fault = (_, response) => Boolean(response.writeHead(403).end());
    const said: string[] = [];
    const registry = withProgress(openRegistries(t)(fake.host), (line) => said.push(line));
    const { descriptor } = jsonBlob("text/plain", {});
    const sent = await registry.uploadBlob("pets", { descriptor, read: async () => ({ ok: false, problems: [] }) });
    assert.deepEqual([sent.ok, said.length], [false, 1]);
  });
});
