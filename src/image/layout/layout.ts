import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { errorCode } from "../../error-code.ts";
import { checked, error, failed, wholeFile } from "../../problem.ts";
import { type Blob, type Descriptor, digestOf } from "../oci.ts";
import type { Registry } from "../registry/registry.ts";
import { type Retries, retried, type Try } from "../registry/retry.ts";
import type { Upload } from "../registry/upload.ts";
import { BrokenBlob, checkedStream } from "../registry/verified.ts";

/** An image layout on disk that is written like a registry (OCI image specification: image-layout.md), for one repository. */
export interface Layout extends Registry {
  /** What was stored under a tag. */
  readonly tagged: ReadonlyMap<string, Descriptor>;
}

/** A layout in a folder that exists and is empty; what it gets from a registry is asked for again when it breaks off. */
export async function openLayout(folder: string, retries: Retries): Promise<Layout> {
  const blobs = join(folder, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  const pathOf = (digest: string): string => join(blobs, digest.replace("sha256:", ""));
  const tagged = new Map<string, Descriptor>();
  const stored = new Map<string, Descriptor>();
  const missing = (digest: string) => failed(error("ImageMissing", wholeFile(folder), `The layout has no ${digest}. Make it again.`));
  return {
    name: folder,
    tagged,
    manifest: async (_, reference) => {
      const descriptor = tagged.get(reference) ?? stored.get(reference);
      if (descriptor === undefined) return checked(undefined, []);
      return checked<Blob>({ bytes: await readFile(pathOf(descriptor.digest)), descriptor }, []);
    },
    putManifest: async (_, reference, { bytes, descriptor }) => {
      await writeFile(pathOf(descriptor.digest), bytes);
      stored.set(descriptor.digest, descriptor);
      if (!reference.startsWith("sha256:")) tagged.set(reference, descriptor);
      return checked({ keepsReferrers: true }, []);
    },
    hasBlob: async (_, digest) => checked(existsSync(pathOf(digest)), []),
    blob: async (_, { digest }) => {
      if (!existsSync(pathOf(digest))) return missing(digest);
      const bytes = await readFile(pathOf(digest));
      return digestOf(bytes) === digest ? checked(bytes, []) : missing(digest);
    },
    openBlob: async (_, descriptor) => {
      if (!existsSync(pathOf(descriptor.digest))) return missing(descriptor.digest);
      return checked(checkedStream(createReadStream(pathOf(descriptor.digest)), descriptor, wholeFile(folder)), []);
    },
    mountBlob: async () => checked(false, []),
    uploadBlob: (_, upload) => retried(retries, () => written(folder, pathOf(upload.descriptor.digest), upload)),
    referrers: async () => checked(undefined, []),
    close: () => {},
  };
}

async function written(folder: string, path: string, { read }: Upload): Promise<Try<void>> {
  const content = await read();
  if (!content.ok) return { outcome: content };
  const aside = `${path}.part`;
  try {
    await pipeline(content.value, createWriteStream(aside));
    await rename(aside, path);
    return { outcome: checked(undefined, []) };
  } catch (thrown) {
    if (thrown instanceof BrokenBlob) return thrown.why;
    const why = `A blob of the image could not be written (${errorCode(thrown)}). Look whether the disk is full.`;
    return { outcome: failed(error("OutputRefused", wholeFile(folder), why)) };
  }
}
