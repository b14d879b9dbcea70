import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import type { Builder, BuildRequest, BuiltImage } from "./builder.ts";
import { showReference } from "./reference.ts";
import type { Registry } from "./registry/registry.ts";
import { type MadeWith, neverOverwritten, type Standing, standingOf } from "./reuse.ts";

/** An image that is in its registry, and whether it was made for this. */
export interface ProvidedImage extends BuiltImage {
  readonly made: boolean;
  /** Undefined where it was made just now. */
  readonly madeWith: MadeWith | undefined;
}

/**
 * The image for a gateway's files: the one that is there when it was made from the same input, else one that is built. Fails with TagConflict
 * where the tag stands for another input, unless it is to be built anew, and with ForeignImage where it is somebody else's: always.
 */
export async function provideImage(
  builder: Builder,
  registry: Registry,
  request: BuildRequest,
  inputHash: string,
  rebuild: boolean,
): Promise<Checked<ProvidedImage>> {
  const standing = await standingOf(registry, request.target);
  return standing.ok ? provideOver(standing.value, builder, request, inputHash, rebuild) : standing;
}

/** The same where it is known what the tag stands for. */
export async function provideOver(
  found: Standing,
  builder: Builder,
  request: BuildRequest,
  inputHash: string,
  rebuild: boolean,
): Promise<Checked<ProvidedImage>> {
  if (found.kind === "foreign") return failed(neverOverwritten(request.target));
  if (found.kind === "gateway" && !rebuild) {
    if (found.inputHash !== inputHash) return failed(conflict(request, found.inputHash, inputHash));
    return checked(
      { reference: { ...request.target, digest: found.digest }, digest: found.digest, made: false, madeWith: found.madeWith },
      [],
    );
  }
  const built = await builder.build(request);
  return built.ok ? checked({ ...built.value, made: true, madeWith: undefined }, built.problems) : built;
}

const conflict = ({ target }: BuildRequest, there: string, wanted: string): Problem =>
  error(
    "TagConflict",
    wholeFile(showReference(target)),
    `The tag stands for a gateway of another input (${there.slice(0, 12)}, not ${wanted.slice(0, 12)}). Give the document another \`info.version\`, name another tag, or build it anew with --rebuild.`,
  );
