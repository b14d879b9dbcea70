import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { Blob, Descriptor } from "./oci.ts";
import { type ImageReference, showReference } from "./reference.ts";
import type { Registry } from "./registry/registry.ts";
import type { Upload } from "./registry/upload.ts";

/** Opens the registry that a reference names. */
export type Registries = (registry: string) => Registry;

/** Lets the target have a blob of another repository: it has it, or shares it, or gets a copy. */
export async function copyBlob(
  registries: Registries,
  from: ImageReference,
  target: ImageReference,
  descriptor: Descriptor,
): Promise<Checked<void>> {
  if (/foreign|nondistributable/.test(descriptor.mediaType))
    return failed(error("BadImage", wholeFile(showReference(from)), "The image has a layer that may not be passed on. Name another one."));
  const [source, to] = [registries(from.registry), registries(target.registry)];
  const upload: Upload = { descriptor, read: () => source.openBlob(from.repository, descriptor) };
  if (from.registry !== target.registry || from.repository === target.repository) return storeUpload(to, target.repository, upload);
  const has = await to.hasBlob(target.repository, descriptor.digest);
  if (!has.ok || has.value) return has.ok ? checked(undefined, []) : has;
  const mounted = await to.mountBlob(target.repository, descriptor.digest, from.repository);
  if (!mounted.ok || mounted.value) return mounted.ok ? checked(undefined, []) : mounted;
  return to.uploadBlob(target.repository, upload);
}

/** Lets a repository have a blob that is at hand. */
export const storeBlob = (to: Registry, repository: string, { bytes, descriptor }: Blob): Promise<Checked<void>> =>
  storeUpload(to, repository, { descriptor, read: async () => checked(once(bytes), []) });

async function storeUpload(to: Registry, repository: string, upload: Upload): Promise<Checked<void>> {
  const has = await to.hasBlob(repository, upload.descriptor.digest);
  if (!has.ok) return has;
  return has.value ? checked(undefined, []) : to.uploadBlob(repository, upload);
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
