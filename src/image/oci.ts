import { createHash } from "node:crypto";
import { z } from "zod";

/** `sha256:` and 64 hexadecimal digits (OCI image specification: descriptor.md, "Digests"). */
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** The digest of bytes, by which a registry knows them. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  empty: "application/vnd.oci.empty.v1+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
} as const;

/** Whether a manifest is a list of images, and not one image. */
export const isIndex = ({ mediaType }: Pick<Descriptor, "mediaType">): boolean =>
  mediaType === mediaTypes.index || mediaType === mediaTypes.dockerIndex;

/** What a registry is asked for where a tag may be an image or an index of them. */
export const acceptedManifests: readonly string[] = [
  mediaTypes.index,
  mediaTypes.manifest,
  mediaTypes.dockerIndex,
  mediaTypes.dockerManifest,
];

const annotations = z.record(z.string(), z.string());

const descriptor = z.looseObject({
  mediaType: z.string(),
  digest,
  size: z.int().min(0),
  annotations: annotations.optional(),
  artifactType: z.string().optional(),
  platform: z.looseObject({ architecture: z.string(), os: z.string(), variant: z.string().optional() }).optional(),
});

/** A manifest of an image (OCI image specification: manifest.md; Docker: "Image Manifest Version 2, Schema 2"). */
export const imageManifest = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: descriptor,
  layers: z.array(descriptor),
  subject: descriptor.optional(),
  annotations: annotations.optional(),
});

/** A list of images for several platforms (OCI image specification: image-index.md; Docker: "Manifest List"). */
export const imageIndex = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptor),
  annotations: annotations.optional(),
});

/** The configuration of an image (OCI image specification: config.md), as far as it is read. */
export const imageConfig = z.looseObject({
  architecture: z.string(),
  os: z.string(),
  config: z.looseObject({ Labels: annotations.nullish() }).nullish(),
  rootfs: z.looseObject({ type: z.literal("layers"), diff_ids: z.array(digest) }),
  history: z.array(z.looseObject({})).nullish(),
});

export type Descriptor = z.infer<typeof descriptor>;
export type ImageManifest = z.infer<typeof imageManifest>;
export type ImageConfig = z.infer<typeof imageConfig>;

/** A value as a registry stores it, with what it is known by. */
export interface Blob {
  readonly bytes: Uint8Array;
  readonly descriptor: Descriptor;
}

/** A value as JSON bytes. The order of its members is the order they are made in. */
export function jsonBlob(mediaType: string, value: unknown): Blob {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length } };
}
