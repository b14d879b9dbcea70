import { randomBytes } from "node:crypto";
import type { BuildRequest, BuiltImage } from "../../../src/image/builder.ts";
import { type Registries, storeBlob } from "../../../src/image/copy-blob.ts";
import { labelNames } from "../../../src/image/gateway-image.ts";
import { makeLayer } from "../../../src/image/layer.ts";
import { layerBuilder } from "../../../src/image/layer-builder.ts";
import { type Descriptor, jsonBlob, mediaTypes } from "../../../src/image/oci.ts";
import { parseReference } from "../../../src/image/reference.ts";
import type { Checked } from "../../../src/problem.ts";
import { must } from "../../../testing/envoy.ts";
import type { RealRegistry } from "./real-registry.ts";

/** Puts a base image with a layer of so many MiB into a registry, as `base:1`: the layer. */
export async function putBase(registries: Registries, { host }: RealRegistry, mebibytes = 4): Promise<Descriptor> {
  const registry = registries(host);
  const layer = await makeLayer(new Map([["usr/local/bin/envoy", randomBytes(mebibytes * 2 ** 20)]]));
  const config = jsonBlob(mediaTypes.config, { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [layer.diffId] } });
  for (const blob of [layer, config]) must(await storeBlob(registry, "base", blob));
  const image = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: config.descriptor, layers: [layer.descriptor] };
  must(await registry.putManifest("base", "1", jsonBlob(mediaTypes.manifest, image)));
  return layer.descriptor;
}

/** Builds `pets:1` on a base in a registry. */
export const build = (
  registries: Registries,
  from: RealRegistry,
  to: RealRegistry,
  change: Partial<BuildRequest> = {},
): Promise<Checked<BuiltImage>> =>
  layerBuilder(registries).build({
    base: must(parseReference(`${from.host}/base:1`)),
    target: must(parseReference(`${to.host}/pets:1`)),
    files: new Map([["image/routes.json", "{}\n"]]),
    project: () => new Map(),
    labels: { [labelNames.inputHash]: "abc" },
    attachments: () => [{ artifactType: "text/plain", title: "x", bytes: Buffer.from("x") }],
    ...change,
  });

/** Why something failed. */
export const reasons = ({ problems }: Checked<unknown>): readonly string[] => problems.map(({ reason }) => reason);
