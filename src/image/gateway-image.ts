import { z } from "zod";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { Layer } from "./layer.ts";
import {
  type Blob,
  type Descriptor,
  type ImageConfig,
  type ImageManifest,
  imageConfig,
  imageManifest,
  jsonBlob,
  mediaTypes,
} from "./oci.ts";
import { type ImageReference, showReference } from "./reference.ts";

/** What an image is made from: another image, of one platform. */
export interface BaseImage {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  /** Whether its documents are Docker's and not OCI's: the image's are then of the same kind. */
  readonly isDocker: boolean;
}

/** An image as a registry stores it, beside the layers. */
export interface AssembledImage {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Descriptor[];
}

/** No moment: the same input gives the same bytes. */
const created = "1970-01-01T00:00:00Z";

/** A manifest's JSON as a value; BadImage where it is none. */
export const readManifest = (name: string, bytes: Uint8Array): Checked<ImageManifest> => read(name, bytes, imageManifest, "manifest");
/** A configuration's JSON as a value; BadImage where it is none. */
export const readConfig = (name: string, bytes: Uint8Array): Checked<ImageConfig> => read(name, bytes, imageConfig, "configuration");

export function read<T>(name: string, bytes: Uint8Array, schema: z.ZodType<T>, what: string): Checked<T> {
  try {
    return checked(schema.parse(JSON.parse(Buffer.from(bytes).toString("utf8"))), []);
  } catch (thrown) {
    const why = thrown instanceof z.ZodError ? (thrown.issues[0]?.path.join(".") ?? "") : "no JSON";
    return failed(error("BadImage", wholeFile(name), `The image's ${what} is none (${why}). Name another image.`));
  }
}

/** The base's layer media type, for one more layer of it. */
export const layerMediaType = ({ isDocker }: BaseImage): string => (isDocker ? mediaTypes.dockerLayer : mediaTypes.layer);

/** The base with one layer more, and these labels. Pure: the same input gives the same bytes, and the same digest. */
export function assembleImage(base: BaseImage, layer: Layer, labels: Readonly<Record<string, string>>): AssembledImage {
  const { config: before, manifest } = base;
  const container = before.config ?? {};
  const config = jsonBlob(base.isDocker ? mediaTypes.dockerConfig : mediaTypes.config, {
    ...before,
    created,
    config: { ...container, Labels: { ...container.Labels, ...labels } },
    rootfs: { ...before.rootfs, diff_ids: [...before.rootfs.diff_ids, layer.diffId] },
    history: [...(before.history ?? []), { created, created_by: "portico", comment: "the gateway's files" }],
  });
  const mediaType = base.isDocker ? mediaTypes.dockerManifest : mediaTypes.manifest;
  const layers = [...manifest.layers, layer.descriptor];
  const annotations = base.isDocker ? {} : { annotations: labels };
  return {
    config,
    layers,
    manifest: jsonBlob(mediaType, { schemaVersion: 2, mediaType, config: config.descriptor, layers, ...annotations }),
  };
}

/** The labels by which a gateway's image is known again. */
export const labelNames = {
  inputHash: "dev.portico.input-hash",
  documentHash: "dev.portico.document-hash",
  contract: "dev.portico.contract",
  apis: "dev.portico.apis",
  toolkit: "dev.portico.toolkit",
  title: "org.opencontainers.image.title",
  version: "org.opencontainers.image.version",
  baseName: "org.opencontainers.image.base.name",
  baseDigest: "org.opencontainers.image.base.digest",
} as const;

/**
 * The labels that say what an image is made on. The name is without a digest, which has a label of its own: that of the index where the base is
 * one, for by that it is seen that there is another base now.
 */
export const baseLabels = (base: ImageReference, digest: string): Readonly<Record<string, string>> => ({
  [labelNames.baseName]: showReference({ ...base, digest: undefined }),
  [labelNames.baseDigest]: digest,
});
