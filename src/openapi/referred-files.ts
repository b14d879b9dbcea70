import { isObject, type JsonObject, type Node, root, type SourceFile } from "../text/node.ts";
import { join } from "../text/pointer.ts";
import { refTarget } from "./references.ts";

/** A file that a document names, with the reference that names it first. */
export interface ReferredFile {
  readonly name: string;
  readonly by: Node;
}

/** Members whose value is somebody's data, in which `$ref` means nothing. */
const dataKeys = new Set(["example", "default", "enum", "const", "value"]);
/** Members whose keys are names that the author chose. */
const nameKeys = new Set([
  "properties",
  "patternProperties",
  "definitions",
  "$defs",
  "schemas",
  "responses",
  "parameters",
  "examples",
  "headers",
]);

/** A walk over one file's value: every object once, whatever shares it. */
interface Walk {
  readonly file: SourceFile;
  readonly found: Map<string, ReferredFile>;
  readonly seen: Set<object>;
}

/** The files that the references of one file name, itself left out, each once, in the order of the text. */
export function referredFiles(file: SourceFile): readonly ReferredFile[] {
  const walk: Walk = { file, found: new Map(), seen: new Set() };
  visit(walk, root(file).value, "", false);
  return [...walk.found.values()];
}

/** `named`: the keys of this value are names that the author chose, not fields. */
function visit(walk: Walk, value: unknown, pointer: string, named: boolean): void {
  if (typeof value !== "object" || value === null || walk.seen.has(value)) return;
  walk.seen.add(value);
  if (isObject(value) && !named) note(walk, value, pointer);
  for (const [key, member] of Object.entries(value)) {
    if (typeof member !== "object" || (!named && dataKeys.has(key))) continue;
    visit(walk, member, join(pointer, key), !named && nameKeys.has(key) && isObject(member));
  }
}

function note({ file, found }: Walk, value: JsonObject, pointer: string): void {
  if (typeof value.$ref !== "string") return;
  const { file: name } = refTarget(file.name, value.$ref);
  if (name !== file.name && !found.has(name)) found.set(name, { name, by: { file, pointer, value } });
}
