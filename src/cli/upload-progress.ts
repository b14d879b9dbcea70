import type { Registry } from "../image/registry/registry.ts";

/** A registry, or the layout of a file, that says each blob when it begins to come and when it is there: for a person who waits. */
export function withProgress(registry: Registry, say: (line: string) => void, file?: string): Registry {
  return {
    ...registry,
    uploadBlob: async (repository, upload) => {
      const { digest, size } = upload.descriptor;
      const what = `${digest.slice(7, 19)} (${sizeOf(size)})`;
      say(file === undefined ? `Uploading ${what} to ${registry.name}/${repository}` : `Writing   ${what} to ${file}`);
      const done = await registry.uploadBlob(repository, upload);
      if (done.ok) say(`${file === undefined ? "Uploaded " : "Written  "} ${what}`);
      return done;
    },
  };
}

const sizeOf = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
