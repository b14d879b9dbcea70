import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import type { BuiltImage } from "./builder.ts";
import { copyBlob, type Registries } from "./copy-blob.ts";
import { existingManifest } from "./existing.ts";
import { read, readManifest } from "./gateway-image.ts";
import { type Blob, type Descriptor, imageIndex, isIndex } from "./oci.ts";
import { type ImageReference, showReference } from "./reference.ts";
import { type Referrer, referrersOf, storeReferrers } from "./referrers.ts";
import { neverOverwritten, standingOf } from "./reuse.ts";

/**
 * Copies an image as it is, by digest, with what refers to it; the tag comes last. Fails with ImageMissing or BadImage, with TagConflict where
 * the target's tag stands for another gateway, unless it is to be replaced, and with ForeignImage where it is somebody else's: always.
 */
export async function copyImage(
  registries: Registries,
  from: ImageReference,
  target: ImageReference,
  replace: boolean,
): Promise<Checked<BuiltImage>> {
  const found = await existingManifest(registries(from.registry), from);
  if (!found.ok) return found;
  const manifest = found.value;
  const { digest } = manifest.descriptor;
  const free = await mayStandAt(registries, target, digest, replace);
  if (!free.ok) return free;
  const copied = await copyContent(registries, from, target, manifest);
  if (!copied.ok) return copied;
  const referrers = await copyReferrers(registries, from, target, digest);
  if (!referrers.ok) return referrers;
  // Copying takes its time: somebody may have put an image there meanwhile.
  const stillFree = await mayStandAt(registries, target, digest, replace);
  if (!stillFree.ok) return stillFree;
  const tagged = await registries(target.registry).putManifest(target.repository, target.tag ?? "latest", manifest);
  return tagged.ok ? checked({ reference: { ...target, digest }, digest }, []) : tagged;
}

async function mayStandAt(registries: Registries, target: ImageReference, digest: string, replace: boolean): Promise<Checked<void>> {
  const standing = await standingOf(registries(target.registry), target);
  if (!standing.ok) return standing;
  const there = standing.value;
  if (there.kind === "nothing" || there.digest === digest) return checked(undefined, []);
  if (there.kind === "foreign") return failed(neverOverwritten(target));
  if (replace) return checked(undefined, []);
  return failed(
    error(
      "TagConflict",
      wholeFile(showReference(target)),
      `The tag stands for another gateway (${there.digest.slice(0, 19)}, not ${digest.slice(0, 19)}). Name another tag, or replace it with --replace.`,
    ),
  );
}

/** More manifests than an image for every platform has. */
const mostManifests = 1000;

/** Copies all that a manifest names: the images of an index with their own manifests, the blobs of an image. */
async function copyContent(
  registries: Registries,
  from: ImageReference,
  target: ImageReference,
  manifest: Blob,
  seen = new Set<string>(),
): Promise<Checked<void>> {
  const name = showReference(from);
  // Indexes may name indexes, and the same one often.
  if (seen.has(manifest.descriptor.digest)) return checked(undefined, []);
  seen.add(manifest.descriptor.digest);
  if (seen.size > mostManifests)
    return failed(error("BadImage", wholeFile(name), `The image names more than ${mostManifests} others. Name another one.`));
  if (!isIndex(manifest.descriptor)) return copyBlobs(registries, from, target, name, manifest);
  const index = read(name, manifest.bytes, imageIndex, "index");
  if (!index.ok) return index;
  for (const descriptor of index.value.manifests) {
    if (seen.has(descriptor.digest)) continue;
    const image = await copyManifest(registries, from, target, descriptor, seen);
    if (!image.ok) return image;
    const put = await registries(target.registry).putManifest(target.repository, descriptor.digest, image.value);
    if (!put.ok) return put;
  }
  return checked(undefined, []);
}

async function copyBlobs(
  registries: Registries,
  from: ImageReference,
  target: ImageReference,
  name: string,
  { bytes }: Blob,
): Promise<Checked<void>> {
  const image = readManifest(name, bytes);
  if (!image.ok) return image;
  for (const descriptor of [image.value.config, ...image.value.layers]) {
    const copied = await copyBlob(registries, from, target, descriptor);
    if (!copied.ok) return copied;
  }
  return checked(undefined, []);
}

/** A manifest by its digest, whose content the target has then. */
async function copyManifest(
  registries: Registries,
  from: ImageReference,
  target: ImageReference,
  { digest }: Descriptor,
  seen?: Set<string>,
): Promise<Checked<Blob>> {
  const found = await registries(from.registry).manifest(from.repository, digest);
  if (!found.ok) return found;
  if (found.value === undefined)
    return failed(
      error("BadImage", wholeFile(showReference(from)), `The image names ${digest}, which is not there. Push the image again.`),
    );
  const content = await copyContent(registries, from, target, found.value, seen);
  return content.ok ? checked(found.value, []) : content;
}

async function copyReferrers(registries: Registries, from: ImageReference, target: ImageReference, digest: string): Promise<Checked<void>> {
  const found = await referrersOf(registries(from.registry), from.repository, digest);
  if (!found.ok) return found;
  const referrers: Referrer[] = [];
  for (const descriptor of found.value) {
    const manifest = await copyManifest(registries, from, target, descriptor);
    if (!manifest.ok) return manifest;
    referrers.push({ manifest: manifest.value, descriptor });
  }
  return storeReferrers(registries(target.registry), target.repository, digest, referrers);
}
