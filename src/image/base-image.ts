import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { existingManifest } from "./existing.ts";
import { type BaseImage, read, readConfig, readManifest } from "./gateway-image.ts";
import { type Blob, type Descriptor, imageIndex, isIndex, mediaTypes } from "./oci.ts";
import { type ImageReference, showReference } from "./reference.ts";
import type { Registry } from "./registry/registry.ts";

/** An image as others are made on it: one, or an index of one for each platform. */
export type Base = { readonly digest: string } & (
  | { readonly kind: "image"; readonly image: BaseImage }
  | { readonly kind: "index"; readonly isDocker: boolean; readonly images: readonly PlatformImage[] }
);

/** More images than there are platforms. */
const mostImages = 100;

interface PlatformImage {
  readonly platform: NonNullable<Descriptor["platform"]>;
  readonly image: BaseImage;
}

/** Reads a base image: its documents, not its layers. Fails with ImageMissing or BadImage, or with what the registry says. */
export async function readBase(registry: Registry, reference: ImageReference): Promise<Checked<Base>> {
  const found = await existingManifest(registry, reference);
  if (!found.ok) return found;
  if (!isIndex(found.value.descriptor)) {
    const image = await readOne(registry, reference, found.value);
    return image.ok ? checked({ kind: "image", digest: found.value.descriptor.digest, image: image.value }, []) : image;
  }
  return readIndex(registry, reference, found.value);
}

/** All images of an index that run on Linux. */
async function readIndex(registry: Registry, reference: ImageReference, { bytes, descriptor }: Blob): Promise<Checked<Base>> {
  const name = showReference(reference);
  const index = read(name, bytes, imageIndex, "index");
  if (!index.ok) return index;
  if (index.value.manifests.length > mostImages)
    return failed(error("BadImage", wholeFile(name), `The image's index has more than ${mostImages} images. Name another one.`));
  const images: PlatformImage[] = [];
  for (const { digest, platform } of index.value.manifests) {
    // An index may list what belongs to an image, too, such as how it was built (BuildKit: "unknown/unknown").
    if (platform === undefined || platform.os !== "linux") continue;
    const manifest = await registry.manifest(reference.repository, digest);
    if (!manifest.ok) return manifest;
    const image = manifest.value === undefined ? missing(name, digest) : await readOne(registry, reference, manifest.value);
    if (!image.ok) return image;
    images.push({ platform, image: image.value });
  }
  if (images.length === 0) return failed(error("BadImage", wholeFile(name), "The image is for no platform with Linux. Name another one."));
  return checked({ kind: "index", digest: descriptor.digest, isDocker: descriptor.mediaType === mediaTypes.dockerIndex, images }, []);
}

const missing = (name: string, digest: string) =>
  failed(error("BadImage", wholeFile(name), `The image's index names ${digest}, which is not there. Push the image again.`));

async function readOne(registry: Registry, reference: ImageReference, { bytes, descriptor }: Blob): Promise<Checked<BaseImage>> {
  const name = showReference(reference);
  const manifest = readManifest(name, bytes);
  if (!manifest.ok) return manifest;
  const blob = await registry.blob(reference.repository, manifest.value.config);
  if (!blob.ok) return blob;
  const config = readConfig(name, blob.value);
  if (!config.ok) return config;
  const isDocker = descriptor.mediaType === mediaTypes.dockerManifest;
  return checked({ manifest: manifest.value, config: config.value, isDocker }, []);
}
