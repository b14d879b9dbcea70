import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { labelNames, read, readConfig, readManifest } from "./gateway-image.ts";
import { imageIndex, isIndex } from "./oci.ts";
import { type ImageReference, showReference } from "./reference.ts";
import type { Registry } from "./registry/registry.ts";

/** What an image was made with beside its input. Undefined where it does not say it, or where nobody knows. */
export interface MadeWith {
  /** The version of this program. */
  readonly toolkit: string | undefined;
  /** The digest of the image that it is made on. */
  readonly base: string | undefined;
}

/** What labels say that an image was made with. */
const madeWith = (labels: Readonly<Record<string, string>> | null | undefined): MadeWith => ({
  toolkit: labels?.[labelNames.toolkit],
  base: labels?.[labelNames.baseDigest],
});

/** In what an image was made with other things than are there now: in words; undefined where nothing is known to differ. */
export function outdated(made: MadeWith, now: MadeWith): string | undefined {
  const differs = (one: string | undefined, other: string | undefined): boolean =>
    one !== undefined && other !== undefined && one !== other;
  const parts = [
    ...(differs(made.toolkit, now.toolkit) ? [`by version ${made.toolkit} of Portico (${now.toolkit} is here)`] : []),
    ...(differs(made.base, now.base) ? [`on the base ${made.base} (it is ${now.base} now)`] : []),
  ];
  return parts.length === 0 ? undefined : `The image was made ${parts.join(", ")}.`;
}

/** What a tag stands for, before something is built for it. */
export type Standing =
  | { readonly kind: "nothing" }
  /** The hash of its documents alone is undefined where the image does not say it. */
  | {
      readonly kind: "gateway";
      readonly digest: string;
      readonly inputHash: string;
      readonly documentHash: string | undefined;
      readonly madeWith: MadeWith;
    }
  /** Somebody else's image: it has no label of ours. */
  | { readonly kind: "foreign"; readonly digest: string };

/** What a tag stands for: one request where the manifest says it, two where only the configuration does, and one more for an index. */
export async function standingOf(registry: Registry, { repository, tag = "latest", ...rest }: ImageReference): Promise<Checked<Standing>> {
  const found = await registry.manifest(repository, tag);
  if (!found.ok) return found;
  if (found.value === undefined) return checked({ kind: "nothing" }, []);
  const { bytes, descriptor } = found.value;
  const { digest } = descriptor;
  const name = showReference({ repository, tag, ...rest });
  const known = (labels: Readonly<Record<string, string>> | null | undefined): Standing | undefined => {
    const inputHash = labels?.[labelNames.inputHash];
    if (inputHash === undefined) return undefined;
    return { kind: "gateway", digest, inputHash, documentHash: labels?.[labelNames.documentHash], madeWith: madeWith(labels) };
  };
  if (isIndex(descriptor)) {
    const index = read(name, bytes, imageIndex, "index");
    if (!index.ok) return checked({ kind: "foreign", digest }, []);
    const said = known(index.value.annotations);
    const [first] = index.value.manifests;
    if (said !== undefined || first === undefined) return checked(said ?? { kind: "foreign", digest }, []);
    const manifest = await registry.manifest(repository, first.digest);
    if (!manifest.ok) return manifest;
    return manifest.value === undefined
      ? checked({ kind: "foreign", digest }, [])
      : ofImage(registry, repository, name, manifest.value.bytes, digest, known);
  }
  return ofImage(registry, repository, name, bytes, digest, known);
}

async function ofImage(
  registry: Registry,
  repository: string,
  name: string,
  bytes: Uint8Array,
  digest: string,
  known: (labels: Readonly<Record<string, string>> | null | undefined) => Standing | undefined,
): Promise<Checked<Standing>> {
  const foreign: Standing = { kind: "foreign", digest };
  const manifest = readManifest(name, bytes);
  if (!manifest.ok) return checked(foreign, []);
  const said = known(manifest.value.annotations);
  if (said !== undefined) return checked(said, []);
  const blob = await registry.blob(repository, manifest.value.config);
  if (!blob.ok) return blob.problems.some(({ reason }) => reason === "ImageMissing") ? checked(foreign, []) : blob;
  const config = readConfig(name, blob.value);
  return checked((config.ok ? known(config.value.config?.Labels) : undefined) ?? foreign, []);
}

/** Why nothing is put under a tag that stands for somebody else's image. */
export const neverOverwritten = (target: ImageReference): Problem =>
  error(
    "ForeignImage",
    wholeFile(showReference(target)),
    "The tag stands for an image that is no gateway of Portico, which is never overwritten. Name another repository or tag.",
  );

/**
 * Looks at a tag again, right before it is written: somebody may have put an image there while this one was made. Fails with ForeignImage.
 * Between this look and the write lies one request: a registry has no way to write a tag only where it still is what one saw.
 */
export async function stillFree(registry: Registry, target: ImageReference): Promise<Checked<void>> {
  const standing = await standingOf(registry, target);
  if (!standing.ok) return standing;
  return standing.value.kind === "foreign" ? failed(neverOverwritten(target)) : checked(undefined, []);
}
