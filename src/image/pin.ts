import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { Registries } from "./copy-blob.ts";
import { type ImageReference, showReference } from "./reference.ts";

/** An image by the digest that its name stands for now. Fails with ImageMissing, or with what the registry says. */
export async function pin(registries: Registries, image: ImageReference): Promise<Checked<ImageReference>> {
  const found = await registries(image.registry).manifest(image.repository, image.digest ?? image.tag ?? "latest");
  if (!found.ok) return found;
  if (found.value !== undefined) return checked({ ...image, digest: found.value.descriptor.digest }, []);
  const where = wholeFile(showReference(image));
  return failed(error("ImageMissing", where, "The image is not in the registry. Push it there, or name another one."));
}
