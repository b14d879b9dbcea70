import { copyImage } from "../image/copy.ts";
import { parseReference, showReference } from "../image/reference.ts";
import { failure } from "./failure.ts";
import type { ImageCopyOptions } from "./image.ts";
import { openRegistries } from "./registries.ts";

/** Copies an image to another place; its name there with its digest goes to stdout. The exit code. */
export async function copy(from: string, to: string, options: ImageCopyOptions): Promise<number> {
  const [source, target] = [parseReference(from), parseReference(to)];
  if (!source.ok || !target.ok) return failure([...source.problems, ...target.problems]);
  const registries = await openRegistries(options);
  if (!registries.ok) return failure(registries.problems);
  const { open, close } = registries.value;
  const place = { ...target.value, tag: target.value.tag ?? source.value.tag };
  const copied = await copyImage(open, source.value, place, options.replace);
  close();
  if (!copied.ok) return failure(copied.problems);
  process.stdout.write(`${showReference(copied.value.reference)}\n`);
  return 0;
}
