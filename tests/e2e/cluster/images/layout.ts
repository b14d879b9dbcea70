import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { copyFile, link, mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** One image as an OCI image layout on disk (OCI image specification: image-layout.md). */
interface ImageLayout {
  readonly folder: string;
}

/** An image of the tests, as it is described and as it is on disk. */
export interface TestImage extends ImageLayout {
  readonly name: string;
  /** What it is made from, in short. */
  readonly key: string;
}

/** How a container of the image is started (OCI image specification: config.md). */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Parent {
  readonly layers: readonly Descriptor[];
  readonly rootfs: { readonly diff_ids: readonly string[] };
  readonly history: readonly unknown[];
}

const nothing: Parent = { layers: [], rootfs: { diff_ids: [] }, history: [] };

/** No moment: the same content gives the same bytes. */
const created = "1970-01-01T00:00:00Z";

/** Writes an image: a base's layers, a tar file as one more, and a configuration. Layers are not compressed; they travel on one machine only. */
export async function writeImage(
  folder: string,
  base: ImageLayout | undefined,
  layerTar: string,
  name: string,
  config: ImageConfig,
): Promise<void> {
  await mkdir(join(folder, "blobs/sha256"), { recursive: true });
  if (base !== undefined) await linkBlobs(base.folder, folder);
  const parent = base === undefined ? nothing : readParent(base.folder);
  const layer = await addLayer(folder, layerTar);
  const configuration = await addBlob(folder, "application/vnd.oci.image.config.v1+json", {
    created,
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config,
    rootfs: { type: "layers", diff_ids: [...parent.rootfs.diff_ids, layer.digest] },
    history: [...parent.history, { created, created_by: name }],
  });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const layers = [...parent.layers, layer];
  const manifest = await addBlob(folder, mediaType, { schemaVersion: 2, mediaType, config: configuration, layers });
  await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}

const blobPath = (folder: string, digest: string): string => join(folder, "blobs", digest.replace(":", "/"));

/** The base's blobs are the same files: a second name costs nothing. */
async function linkBlobs(from: string, to: string): Promise<void> {
  for (const name of await readdir(join(from, "blobs/sha256"))) {
    await link(join(from, "blobs/sha256", name), join(to, "blobs/sha256", name));
  }
}

function readParent(folder: string): Parent {
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  const manifest = read(blobPath(folder, read(join(folder, "index.json")).manifests[0].digest));
  return { layers: manifest.layers, ...read(blobPath(folder, manifest.config.digest)) };
}

async function addLayer(folder: string, tar: string): Promise<Descriptor> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(tar), hash);
  const digest = `sha256:${hash.digest("hex")}`;
  await rename(tar, blobPath(folder, digest)).catch(() => copyFile(tar, blobPath(folder, digest)));
  return { mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size: (await stat(blobPath(folder, digest))).size };
}

async function addBlob(folder: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  await writeFile(blobPath(folder, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}
