import { isObject, root, type SourceFile } from "../text/node.ts";
import { join, tokens } from "../text/pointer.ts";
import type { OpenApiDocument } from "./document.ts";
import { refTarget } from "./references.ts";
import { isWso2Key } from "./wso2/translate.ts";

/** Where the other files of a document stand in the one that is published. */
const filesKey = "x-files";

/** Fields that say where an API is served, which differs by environment. */
const addresses: ReadonlySet<string> = new Set(["servers", "server", "host", "basePath", "schemes"]);

/** Members whose value is somebody's data. */
const dataKeys: ReadonlySet<string> = new Set(["example", "default", "enum", "const", "value", "dataValue"]);

/** Members whose keys are names that the author chose. */
const nameKeys: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "definitions",
  "$defs",
  "schemas",
  "examples",
  "headers",
  "responses",
  "parameters",
  "callbacks",
  "links",
  "securitySchemes",
  "requestBodies",
  "pathItems",
  "paths",
  "webhooks",
  "variables",
  "mapping",
  "scopes",
]);

/**
 * The document as the world may see it, in one piece: without servers, and without the keys that say how it is served here. Files that it
 * refers to stand under `x-files`, where its references lead then.
 */
export const publishedDocument = (document: OpenApiDocument): unknown => inOnePiece(document, (key) => addresses.has(key) || isOurs(key));

/** The document in one piece with all that it says, for where it has no folder. */
export const wholeDocument = (document: OpenApiDocument): unknown => inOnePiece(document, () => false);

function inOnePiece({ files, root: document }: OpenApiDocument, isLeftOut: (key: string) => boolean): unknown {
  const names = [...files.files.keys()];
  const rootName = files.root.name;
  const all = { names, rootName, isLeftOut, meant: meantPlaces([files.root, ...files.files.values()]) };
  const published = publish({ file: files.root, ...all }, { value: document.value, key: "", pointer: "" });
  if (names.length === 0 || !isObject(published)) return published;
  const others = names.map((name) => {
    const file = files.files.get(name);
    return [fileKey(names, name), file && publish({ file, ...all }, { value: root(file).value, key: "", pointer: "" })] as const;
  });
  return { ...published, [filesKey]: Object.fromEntries(others) };
}

/** One file on its way, and all files by the order in which they are named: their own names tell of somebody's disk. */
interface Published {
  readonly file: SourceFile;
  readonly names: readonly string[];
  readonly rootName: string;
  /** Whether a field is not shown. */
  readonly isLeftOut: (key: string) => boolean;
  /** Where references lead, and all that is on the way there: nothing of it is data. */
  readonly meant: ReadonlySet<string>;
}

const fileKey = (names: readonly string[], name: string): string => `file-${names.indexOf(name) + 1}`;

/** A value on its way: the field that it is of, "" where it is none's, and where it stands. */
interface Part {
  readonly value: unknown;
  readonly key: string;
  readonly pointer: string;
}

function publish(from: Published, { value, key, pointer }: Part): unknown {
  if (isData(key, value) && !from.meant.has(placeIn(from.file.name, pointer))) return value;
  if (Array.isArray(value)) return value.map((element, index) => publish(from, { value: element, key: "", pointer: join(pointer, index) }));
  if (!isObject(value)) return value;
  // A name that an author chose says nothing of what is under it.
  const named = nameKeys.has(key);
  const membersOf = Object.entries(value).flatMap(([name, member]): readonly (readonly [string, unknown])[] => {
    if (!named && from.isLeftOut(name)) return [];
    if (name === "$ref" && !named && typeof member === "string") return [[name, movedReference(from, member)]];
    return [[name, publish(from, { value: member, key: named ? "" : name, pointer: join(pointer, name) })]];
  });
  return Object.fromEntries(membersOf);
}

const isData = (key: string, value: unknown): boolean => dataKeys.has(key) || (key === "examples" && Array.isArray(value));

/** Where the references of files lead, and what is on the way: `default` at the begin of a file of answers is a name there, and no data. */
function meantPlaces(files: readonly SourceFile[]): ReadonlySet<string> {
  const meant = new Set<string>();
  for (const file of files)
    for (const reference of referencesIn(root(file).value)) {
      const target = refTarget(file.name, reference);
      let pointer = "";
      for (const token of tokens(target.pointer)) {
        pointer = join(pointer, token);
        meant.add(placeIn(target.file, pointer));
      }
    }
  return meant;
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "$ref" && typeof member === "string" ? [member] : referencesIn(member),
  );
}

const placeIn = (file: string, pointer: string): string => `${file}#${pointer}`;

const isOurs = (key: string): boolean => key === "x-portico" || isWso2Key(key);

/** A reference to another file, or from another file, as one to where that stands now. */
function movedReference({ file, names, rootName }: Published, ref: string): string {
  const target = refTarget(file.name, ref);
  const fragment = ref.includes("#") ? ref.slice(ref.indexOf("#") + 1) : "";
  if (target.file === rootName) return `#${fragment}`;
  return names.includes(target.file) ? `#/${filesKey}/${fileKey(names, target.file)}${fragment}` : ref;
}
