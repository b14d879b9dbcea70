import { type Checked, checked, failed } from "../problem.ts";
import { type Base, readBase } from "./base-image.ts";
import { type Builder, type BuildRequest, type BuiltImage, gatewayFolderInImage, superseded } from "./builder.ts";
import { copyBlob, type Registries, storeBlob } from "./copy-blob.ts";
import { type AssembledImage, assembleImage, type BaseImage, baseLabels, layerMediaType } from "./gateway-image.ts";
import { inParallel } from "./in-parallel.ts";
import { type Layer, makeLayer } from "./layer.ts";
import { type Blob, jsonBlob, mediaTypes } from "./oci.ts";
import { attach } from "./referrers.ts";
import type { Registry } from "./registry/registry.ts";
import { stillFree } from "./reuse.ts";

/** Makes images without a container: one layer on the base, straight in the registry. */
export const layerBuilder = (registries: Registries): Builder => ({
  name: "layer",
  build: (request) => build(registries, request),
});

async function build(registries: Registries, request: BuildRequest): Promise<Checked<BuiltImage>> {
  const { target } = request;
  const base = await readBase(registries(request.base.registry), request.base);
  if (!base.ok) return base;
  const labels = { ...request.labels, ...baseLabels(request.base, base.value.digest) };
  const to = registries(target.registry);
  const manifest =
    base.value.kind === "image"
      ? await pushOne(registries, to, { ...request, labels }, base.value.image)
      : await pushIndex(registries, to, { ...request, labels }, base.value);
  if (!manifest.ok) return manifest;
  const beside = request.attachments({ ...request.base, digest: base.value.digest });
  const attached = await attach(to, target, manifest.value.descriptor, beside);
  if (!attached.ok) return attached;
  const free = await stillFree(to, target);
  if (!free.ok) return free;
  if (request.isWanted?.() === false) return failed(superseded(request));
  // The tag comes last: until it stands, nobody sees anything of this.
  const tagged = await to.putManifest(target.repository, target.tag ?? "latest", manifest.value);
  if (!tagged.ok) return tagged;
  const { digest } = manifest.value.descriptor;
  return checked({ reference: { ...target, digest }, digest }, []);
}

/** Pushes all that an image of one platform has, but for its manifest. */
async function pushOne(registries: Registries, to: Registry, request: BuildRequest, base: BaseImage): Promise<Checked<Blob>> {
  const layer = await layerOf(request, base);
  const image = assembleImage(base, layer, request.labels);
  const pushed = await pushBlobs(registries, to, request, base, image, layer);
  return pushed.ok ? checked(image.manifest, []) : pushed;
}

const layerOf = ({ files }: BuildRequest, base: BaseImage): Promise<Layer> =>
  makeLayer(new Map([...files].map(([path, text]) => [`${gatewayFolderInImage}/${path}`, text] as const)), layerMediaType(base));

async function pushIndex(
  registries: Registries,
  to: Registry,
  request: BuildRequest,
  { images, isDocker }: Extract<Base, { kind: "index" }>,
): Promise<Checked<Blob>> {
  const manifests = [];
  for (const { platform, image } of images) {
    const manifest = await pushOne(registries, to, request, image);
    if (!manifest.ok) return manifest;
    const { digest } = manifest.value.descriptor;
    const stored = await to.putManifest(request.target.repository, digest, manifest.value);
    if (!stored.ok) return stored;
    manifests.push({ ...manifest.value.descriptor, platform });
  }
  const mediaType = isDocker ? mediaTypes.dockerIndex : mediaTypes.index;
  const annotations = isDocker ? {} : { annotations: request.labels };
  return checked(jsonBlob(mediaType, { schemaVersion: 2, mediaType, manifests, ...annotations }), []);
}

async function pushBlobs(
  registries: Registries,
  to: Registry,
  { base: from, target }: BuildRequest,
  { manifest }: BaseImage,
  { config }: AssembledImage,
  layer: Layer,
): Promise<Checked<void>> {
  return inParallel(
    [
      () => storeBlob(to, target.repository, layer),
      () => storeBlob(to, target.repository, config),
      ...manifest.layers.map((descriptor) => () => copyBlob(registries, from, target, descriptor)),
    ],
    (act) => act(),
  );
}
