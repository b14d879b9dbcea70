import type { ImageContents } from "../image/contents.ts";
import { type ImageReference, parseReference } from "../image/reference.ts";

/** What an image says of itself, as far as its environment has to know it. */
export interface ImageSays {
  readonly manifest: ImageContents["manifest"];
  readonly documentHash: string;
}

/** The images that were read or made: what one of a digest says never changes, though its registry may be away, or have it no longer. */
export interface KnownImages {
  /** Undefined where it was not read since the operator was started, or is named by a tag alone. */
  of(image: string): (ImageSays & { readonly digest: string }) | undefined;
  remember(image: string, says: ImageSays): void;
}

/** More than a large cluster's gateways have. */
const most = 2000;

export function makeKnownImages(): KnownImages {
  const known = new Map<string, ImageSays>();
  return {
    of: (image) => {
      const reference = referenceOf(image);
      const says = reference && known.get(nameOf(reference));
      return says && { ...says, digest: reference.digest };
    },
    remember: (image, { manifest, documentHash }) => {
      const reference = referenceOf(image);
      if (reference === undefined) return;
      const name = nameOf(reference);
      // The last that was used is the last that is forgotten.
      known.delete(name);
      known.set(name, { manifest, documentHash });
      const [oldest] = known.keys();
      if (known.size > most && oldest !== undefined) known.delete(oldest);
    },
  };
}

type Fixed = ImageReference & { readonly digest: string };

function referenceOf(image: string): Fixed | undefined {
  const reference = parseReference(image);
  return reference.ok && reference.value.digest !== undefined ? { ...reference.value, digest: reference.value.digest } : undefined;
}

const nameOf = ({ registry, repository, digest }: Fixed): string => `${registry}/${repository}@${digest}`;
