import { posix } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
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

/** More than the files of a gateway have: a layer that is larger is not unpacked. */
const largestPlain = 512 * 1024 * 1024;

/**
 * The files of a layer by their paths in normal form; those that mark something as removed among them, links left out. Throws for what is no tar, or
 * has more than 512 MiB.
 */
export async function readLayer(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = extract();
  entries.end(isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: largestPlain }) : Buffer.from(bytes));
  for await (const entry of entries) {
    const parts: Uint8Array[] = [];
    for await (const part of entry) parts.push(part);
    if (entry.header.type === "file") files.set(posix.join("/", entry.header.name).slice(1), Buffer.concat(parts));
  }
  return files;
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
