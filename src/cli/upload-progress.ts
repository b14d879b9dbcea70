import type { Registry } from "../image/registry/registry.ts";

/** A registry that says each upload when it begins and when it is there: for a person who waits. */
export function withProgress(registry: Registry, say: (line: string) => void): Registry {
  return {
    ...registry,
    uploadBlob: async (repository, upload) => {
      const { digest, size } = upload.descriptor;
      const what = `${digest.slice(7, 19)} (${sizeOf(size)})`;
      say(`Uploading ${what} to ${registry.name}/${repository}`);
      const done = await registry.uploadBlob(repository, upload);
      if (done.ok) say(`Uploaded  ${what}`);
      return done;
    },
  };
}

const sizeOf = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
