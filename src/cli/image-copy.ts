import { copyImage } from "../image/copy.ts";
import { parseReference, parseTarget, showReference } from "../image/reference.ts";
import { error, wholeFile } from "../problem.ts";
import { failure } from "./failure.ts";
import type { ImageCopyOptions } from "./image.ts";
import { openRegistries } from "./registries.ts";

/** Copies an image to another place; its name there with its digest goes to stdout. The exit code. */
export async function copy(from: string, to: string, options: ImageCopyOptions): Promise<number> {
  const [source, target] = [parseReference(from), parseTarget(to)];
  if (!source.ok || !target.ok) return failure([...source.problems, ...target.problems]);
  if (target.value.tag === undefined && source.value.tag === undefined)
    return failure([
      error("BadImageName", wholeFile(to), "Neither name has a tag. Write the one that the copy is to have, such as `:1.0.0`."),
    ]);
  const registries = await openRegistries(options);
  if (!registries.ok) return failure(registries.problems);
  const { open, close } = registries.value;
  const tag = target.value.tag ?? source.value.tag;
  const copied = await copyImage(open, source.value, { ...target.value, tag }, options.replace).finally(close);
  if (!copied.ok) return failure(copied.problems);
  process.stdout.write(`${showReference(copied.value.reference)}\n`);
  return 0;
}
