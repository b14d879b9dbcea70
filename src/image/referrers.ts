import { type Checked, checked } from "../problem.ts";
import { storeBlob } from "./copy-blob.ts";
import { read } from "./gateway-image.ts";
import { inParallel } from "./in-parallel.ts";
import { type Blob, type Descriptor, digestOf, imageIndex, jsonBlob, mediaTypes } from "./oci.ts";
import type { ImageReference } from "./reference.ts";
import type { Registry } from "./registry/registry.ts";

/** A document that belongs to an image and lies beside it in the registry. */
export interface Attachment {
  /** What it is, as a media type. */
  readonly artifactType: string;
  /** A file name, for who fetches it. */
  readonly title: string;
  readonly bytes: Uint8Array;
}

const titleAnnotation = "org.opencontainers.image.title";

/** The configuration of what is no image (OCI image specification: manifest.md, "Guidance for an Empty Descriptor"). */
const nothing: Blob = {
  bytes: Buffer.from("{}"),
  descriptor: { mediaType: mediaTypes.empty, digest: digestOf(Buffer.from("{}")), size: 2 },
};

/**
 * Stores documents as referrers of an image (OCI distribution specification, "Pushing Manifests with Subject"). The image itself may come
 * later: so whoever sees its tag finds them.
 */
export async function attach(
  registry: Registry,
  { repository }: Pick<ImageReference, "repository">,
  { mediaType, digest, size }: Descriptor,
  attachments: readonly Attachment[],
): Promise<Checked<void>> {
  const subject = { mediaType, digest, size };
  const blobs = attachments.map(({ artifactType, bytes }) => ({
    bytes,
    descriptor: { mediaType: artifactType, digest: digestOf(bytes), size: bytes.length },
  }));
  const there = await inParallel(attachments.length === 0 ? [] : [nothing, ...blobs], (blob) => storeBlob(registry, repository, blob));
  if (!there.ok) return there;
  const referrers = attachments.map(({ artifactType, title }, index): Referrer => {
    const annotations = { [titleAnnotation]: title };
    const manifest = jsonBlob(mediaTypes.manifest, {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType,
      config: nothing.descriptor,
      layers: [{ ...(blobs[index] ?? nothing).descriptor, annotations }],
      subject,
      annotations,
    });
    return { manifest, descriptor: { ...manifest.descriptor, artifactType, annotations } };
  });
  return storeReferrers(registry, repository, digest, referrers);
}

/** A manifest that names another one as its subject, and how a list of such describes it. */
export interface Referrer {
  readonly manifest: Blob;
  readonly descriptor: Descriptor;
}

/** Stores referrers of a manifest whose blobs are there, and lists them where the registry does not do it itself. */
export async function storeReferrers(
  registry: Registry,
  repository: string,
  subject: string,
  referrers: readonly Referrer[],
): Promise<Checked<void>> {
  const unlisted = new Set<Descriptor>();
  const stored = await inParallel(referrers, async ({ manifest, descriptor }) => {
    const put = await registry.putManifest(repository, descriptor.digest, manifest);
    if (put.ok && !put.value.keepsReferrers) unlisted.add(descriptor);
    return put;
  });
  if (!stored.ok) return stored;
  const missing = referrers.map(({ descriptor }) => descriptor).filter((descriptor) => unlisted.has(descriptor));
  return missing.length === 0 ? checked(undefined, []) : list(registry, repository, subject, missing);
}

/** The tag under which a registry without a list of its own has it (OCI distribution specification, "Referrers Tag Schema"). */
const listTag = (digest: string): string => digest.replace(":", "-");

/** Adds to the list under the tag what it does not have. */
async function list(registry: Registry, repository: string, subject: string, added: readonly Descriptor[]): Promise<Checked<void>> {
  const before = await listed(registry, repository, subject);
  if (!before.ok) return before;
  const missing = added.filter(({ digest }) => before.value.every((one) => one.digest !== digest));
  if (missing.length === 0) return checked(undefined, []);
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [...before.value, ...missing] };
  const put = await registry.putManifest(repository, listTag(subject), jsonBlob(mediaTypes.index, index));
  return put.ok ? checked(undefined, []) : put;
}

/** What refers to a manifest, by the registry's own list, else by the one under the tag. */
export async function referrersOf(registry: Registry, repository: string, subject: string): Promise<Checked<readonly Descriptor[]>> {
  const own = await registry.referrers(repository, subject);
  if (!own.ok) return own;
  if (own.value === undefined) return listed(registry, repository, subject);
  const pages = own.value.map((page) => descriptorsIn(`${repository}@${subject}`, page));
  const all = pages.flatMap((page) => (page.ok ? page.value : []));
  return pages.find((page) => !page.ok) ?? checked(all, []);
}

async function listed(registry: Registry, repository: string, subject: string): Promise<Checked<readonly Descriptor[]>> {
  const found = await registry.manifest(repository, listTag(subject));
  if (!found.ok) return found;
  return found.value === undefined ? checked([], []) : descriptorsIn(`${repository}:${listTag(subject)}`, found.value.bytes);
}

function descriptorsIn(name: string, bytes: Uint8Array): Checked<readonly Descriptor[]> {
  const index = read(name, bytes, imageIndex, "list of referrers");
  return index.ok ? checked(index.value.manifests, []) : index;
}
