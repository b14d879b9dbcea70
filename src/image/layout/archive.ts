import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import { imageIndex, imageManifest, isIndex } from "../oci.ts";
import type { Layout } from "./layout.ts";

/** No moment: the same image gives the same file. */
const moment = new Date(0);

/**
 * A layout as one tar file that `docker load`, `podman load` and `skopeo copy oci-archive:` take. Beside OCI's index it has Docker's own list
 * (manifest.json), which older Docker reads; of an image for several platforms that list names the first.
 */
export async function writeArchive(layout: Layout, name: string, file: string): Promise<void> {
  const tar = pack();
  try {
    // Together: a disk that is full ends the writing while files are still added.
    await Promise.all([pipeline(tar, createWriteStream(file, { mode: 0o644 })), addFiles(tar, layout, name)]);
  } catch (thrown) {
    tar.destroy();
    await rm(file, { force: true });
    throw thrown;
  }
}

async function addFiles(tar: ReturnType<typeof pack>, layout: Layout, name: string): Promise<void> {
  const add = (path: string, value: unknown): void => {
    tar.entry({ name: path, mode: 0o644, mtime: moment }, JSON.stringify(value));
  };
  add("oci-layout", { imageLayoutVersion: "1.0.0" });
  add("index.json", ociIndex(layout, name));
  add("manifest.json", await dockerList(layout, name));
  const blobs = join(layout.name, "blobs/sha256");
  for (const blob of (await readdir(blobs)).toSorted()) {
    const { size } = await stat(join(blobs, blob));
    await pipeline(createReadStream(join(blobs, blob)), tar.entry({ name: `blobs/sha256/${blob}`, mode: 0o644, mtime: moment, size }));
  }
  tar.finalize();
}

/** `ref.name` is the tag, as the specification has it; the other annotation is containerd's for the whole name. */
const ociIndex = ({ tagged }: Layout, name: string): object => ({
  schemaVersion: 2,
  manifests: [...tagged].map(([tag, descriptor]) => ({
    ...descriptor,
    annotations: { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": tag },
  })),
});

async function dockerList(layout: Layout, name: string): Promise<readonly object[]> {
  const blobPath = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
  const lists = [...layout.tagged.values()].map(async (tagged) => {
    const bytes = await manifestBytes(layout, tagged.digest);
    const first = isIndex(tagged) ? imageIndex.parse(JSON.parse(bytes)).manifests[0] : tagged;
    const { config, layers } = imageManifest.parse(JSON.parse(first === undefined ? bytes : await manifestBytes(layout, first.digest)));
    return { Config: blobPath(config.digest), RepoTags: [name], Layers: layers.map(({ digest }) => blobPath(digest)) };
  });
  return Promise.all(lists);
}

async function manifestBytes(layout: Layout, digest: string): Promise<string> {
  const found = await layout.manifest("", digest);
  return found.ok ? Buffer.from(found.value?.bytes ?? "").toString("utf8") : "";
}
