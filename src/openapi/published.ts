import { isObject, root, type SourceFile } from "../text/node.ts";
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
  const published = publish({ file: files.root, names, rootName, isLeftOut }, document.value, "", false);
  if (names.length === 0 || !isObject(published)) return published;
  const others = names.map((name) => {
    const file = files.files.get(name);
    return [fileKey(names, name), file && publish({ file, names, rootName, isLeftOut }, root(file).value, "", false)] as const;
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
}

const fileKey = (names: readonly string[], name: string): string => `file-${names.indexOf(name) + 1}`;

/** `named`: the keys of this value are names that the author chose, not fields. */
function publish(from: Published, value: unknown, key: string, named: boolean): unknown {
  if (!named && dataKeys.has(key)) return value;
  if (Array.isArray(value)) return value.map((element) => publish(from, element, "", false));
  if (!isObject(value)) return value;
  const membersOf = Object.entries(value).flatMap(([name, member]): readonly (readonly [string, unknown])[] => {
    if (!named && from.isLeftOut(name)) return [];
    if (name === "$ref" && !named && typeof member === "string") return [[name, movedReference(from, member)]];
    return [[name, publish(from, member, name, !named && nameKeys.has(name) && isObject(member))]];
  });
  return Object.fromEntries(membersOf);
}

const isOurs = (key: string): boolean => key === "x-portico" || isWso2Key(key);

/** A reference to another file, or from another file, as one to where that stands now. */
function movedReference({ file, names, rootName }: Published, ref: string): string {
  const target = refTarget(file.name, ref);
  const fragment = ref.includes("#") ? ref.slice(ref.indexOf("#") + 1) : "";
  if (target.file === rootName) return `#${fragment}`;
  return names.includes(target.file) ? `#/${filesKey}/${fileKey(names, target.file)}${fragment}` : ref;
}
