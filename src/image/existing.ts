import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { Registries } from "./copy-blob.ts";
import type { Blob } from "./oci.ts";
import { type ImageReference, showReference } from "./reference.ts";
import type { Registry } from "./registry/registry.ts";

/** The manifest or index that an image's name stands for now. Fails with ImageMissing, or with what the registry says. */
export async function existingManifest(registry: Registry, image: ImageReference): Promise<Checked<Blob>> {
  const found = await registry.manifest(image.repository, image.digest ?? image.tag ?? "latest");
  if (!found.ok) return found;
  if (found.value !== undefined) return checked(found.value, []);
  const where = wholeFile(showReference(image));
  return failed(error("ImageMissing", where, "The image is not in the registry. Push it there, or name another one."));
}

/** An image by the digest that its name stands for now. Fails as `existingManifest` does. */
export async function pin(registries: Registries, image: ImageReference): Promise<Checked<ImageReference>> {
  const found = await existingManifest(registries(image.registry), image);
  return found.ok ? checked({ ...image, digest: found.value.descriptor.digest }, []) : found;
}
