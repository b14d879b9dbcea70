import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { type Builder, type BuildRequest, superseded } from "./builder.ts";
import { existingManifest } from "./existing.ts";
import { type ProvidedImage, provideImage, provideOver } from "./provide.ts";
import { showReference } from "./reference.ts";
import type { Registry } from "./registry/registry.ts";
import { type MadeWith, outdated, type Standing, standingOf, stillFree } from "./reuse.ts";

/** What makes a new image under a version that stands for another one. */
export interface RebuildRule {
  readonly rebuild: "never" | "onPolicy" | "always";
  /** Whether somebody asked for just this input. */
  readonly asked: boolean;
  /** What an image would be made with now: one of the same input that was made with other things is made anew where that is asked for, or always. */
  readonly now: MadeWith;
}

/** The hashes of what an image is made from: all of it, and the documents alone. */
export interface ImageInput {
  readonly inputHash: string;
  readonly documentHash: string;
}

/**
 * The image of an API's version. The one that is there when it was made from the same input. Where only a policy changed, or a rebuild is
 * asked, a new one: under `<version>-<12 digits of the input hash>`, which never moves, and then under `<version>`, which does. Else fails with
 * TagConflict; where the tag is somebody else's with ForeignImage, always. One of the same input that was made with an older base or program is taken as it is,
 * unless a rebuild is asked. No tag is written any more once it is not wanted.
 */
export async function provideVersion(
  builder: Builder,
  registry: Registry,
  request: BuildRequest,
  input: ImageInput,
  rule: RebuildRule,
): Promise<Checked<ProvidedImage>> {
  const standing = await standingOf(registry, request.target);
  if (!standing.ok) return standing;
  const found = standing.value;
  if (found.kind !== "gateway" || found.inputHash === input.inputHash) {
    const older = found.kind === "gateway" && outdated(found.madeWith, rule.now) !== undefined;
    return provideOver(found, builder, request, input.inputHash, older && makesAnew(rule));
  }
  if (!mayReplace(found, input, rule)) return failed(conflict(request, found.inputHash, input.inputHash));
  const fixed = { ...request.target, tag: fixedTag(request.target.tag ?? "latest", input.inputHash) };
  const provided = await provideImage(builder, registry, { ...request, target: fixed }, input.inputHash, false);
  if (!provided.ok) return provided;
  const moved = await moveTag(registry, request, provided.value.digest);
  return moved.ok
    ? checked({ ...provided.value, reference: { ...request.target, digest: provided.value.digest } }, provided.problems)
    : moved;
}

/** Whether an image that is outdated is made anew. */
export const makesAnew = ({ rebuild, asked }: Pick<RebuildRule, "rebuild" | "asked">): boolean => asked || rebuild === "always";

function mayReplace(found: Extract<Standing, { kind: "gateway" }>, { documentHash }: ImageInput, { rebuild, asked }: RebuildRule): boolean {
  return asked || rebuild === "always" || (rebuild === "onPolicy" && found.documentHash === documentHash);
}

/** A tag has at most 128 characters; the hash alone tells inputs apart. */
const fixedTag = (tag: string, inputHash: string): string => `${tag.slice(0, 115)}-${inputHash.slice(0, 12)}`;

async function moveTag(registry: Registry, request: BuildRequest, digest: string): Promise<Checked<void>> {
  const { target } = request;
  const manifest = await existingManifest(registry, { ...target, digest });
  if (!manifest.ok) return manifest;
  const free = await stillFree(registry, target);
  if (!free.ok) return free;
  if (request.isWanted?.() === false) return failed(superseded(request));
  const put = await registry.putManifest(target.repository, target.tag ?? "latest", manifest.value);
  return put.ok ? checked(undefined, []) : put;
}

const conflict = (request: BuildRequest, there: string, wanted: string): Problem =>
  error(
    "TagConflict",
    wholeFile(showReference(request.target)),
    `The version stands for a gateway of another document (input ${there.slice(0, 12)}, not ${wanted.slice(0, 12)}), which goes on serving. Give the API another version, set \`rebuild: always\`, or ask once: \`kubectl update api --override\` annotates it with portico.dev/rebuild-to=${wanted}.`,
  );
