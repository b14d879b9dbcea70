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
  const upload: Upload = { descriptor, read: () => source.openBlob(from.repository, descriptor, showReference(from)) };
  const isBeside = from.registry === target.registry && from.repository !== target.repository;
  return storeUpload(to, target.repository, upload, isBeside ? from.repository : undefined);
}

/** Lets a repository have a blob that is at hand. */
export const storeBlob = (to: Registry, repository: string, { bytes, descriptor }: Blob): Promise<Checked<void>> =>
  storeUpload(to, repository, { descriptor, read: async () => checked(once(bytes), []) });

/** `beside` is a repository of the same registry that has the blob. */
async function storeUpload(to: Registry, repository: string, upload: Upload, beside?: string): Promise<Checked<void>> {
  const { digest } = upload.descriptor;
  const has = await to.hasBlob(repository, digest);
  if (!has.ok || has.value) return has.ok ? checked(undefined, []) : has;
  const mounted = beside === undefined ? checked(false, []) : await to.mountBlob(repository, digest, beside);
  // Who may not share it may give it all the same.
  const isRefused = !mounted.ok && mounted.problems.every(({ reason }) => reason === "RegistryDenied");
  if (!mounted.ok && !isRefused) return mounted;
  if (mounted.ok && mounted.value) return checked(undefined, []);
  return to.uploadBlob(repository, upload);
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
