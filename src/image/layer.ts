import { posix } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, gzipSync } from "node:zlib";
import { extract, pack } from "tar-stream";
import { type Descriptor, digestOf, mediaTypes } from "./oci.ts";

/** A layer of an image (OCI image specification: layer.md). */
export interface Layer {
  /** The compressed bytes. */
  readonly bytes: Uint8Array;
  readonly descriptor: Descriptor;
  /** The digest of what is uncompressed, by which a configuration names it. */
  readonly diffId: string;
}

/** Path without a slash at its begin -> content. */
export type LayerFiles = ReadonlyMap<string, Uint8Array | string>;

/** No moment: the same files give the same bytes. */
const moment = new Date(0);

/**
 * A layer of files, owned by root and readable by all, with every folder above them. Sorted, so that the order in which they were made says
 * nothing. The compressed bytes are the same for the same zlib; the diff id is the same everywhere.
 */
export async function makeLayer(files: LayerFiles, mediaType: string = mediaTypes.layer): Promise<Layer> {
  const tar = pack();
  for (const folder of foldersOf(files)) tar.entry({ name: folder, type: "directory", mode: 0o755, mtime: moment, uid: 0, gid: 0 });
  for (const [name, content] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    tar.entry({ name, mode: 0o644, mtime: moment, uid: 0, gid: 0 }, Buffer.from(content));
  tar.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of tar) parts.push(part);
  const plain = Buffer.concat(parts);
  const bytes = gzipSync(plain, { level: 6 });
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, diffId: digestOf(plain) };
}

function foldersOf(files: LayerFiles): readonly string[] {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    const steps = path.split("/").slice(0, -1);
    for (const index of steps.keys()) folders.add(`${steps.slice(0, index + 1).join("/")}/`);
  }
  return [...folders].toSorted();
}

/** Nine times what GitHub's document makes: a layer that is larger is not unpacked. */
const largestPlain = 128 * 1024 * 1024;

/**
 * The files of a layer by their paths in normal form; those that mark something as removed among them, links left out, and what is not wanted is empty. Throws for what
 * is no tar, or has more than 128 MiB.
 */
export async function readLayer(
  bytes: Uint8Array,
  isWanted: (path: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = extract();
  const unpacked = pipeline([bytes], ...(isGzip(bytes) ? [createGunzip()] : []), bounded(), entries);
  // The entries end with it.
  unpacked.catch(() => {});
  for await (const entry of entries) {
    const path = posix.join("/", entry.header.name).slice(1);
    const parts: Uint8Array[] = [];
    for await (const part of entry) if (isWanted(path)) parts.push(part);
    if (entry.header.type === "file") files.set(path, Buffer.concat(parts));
  }
  await unpacked;
  return files;
}

function bounded(): Transform {
  let size = 0;
  return new Transform({
    transform(part: Uint8Array, _encoding, done) {
      size += part.length;
      if (size > largestPlain) done(new Error("the layer is too large"));
      else done(null, part);
    },
  });
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
