import { posix } from "node:path";
import { type Checked, checked, error, failed } from "../problem.ts";
import type { Code } from "../text/code.ts";
import { elements, isObject, members, type Node, placeOf, root, type SourceFile } from "../text/node.ts";
import { join, tokens } from "../text/pointer.ts";

/** A document and every file it refers to, by the name it is referred to with (relative to the person's working folder, or a URL). */
export interface DocumentFiles {
  readonly root: SourceFile;
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Those that it refers to and that could not be read, which was said where it refers to them. */
  readonly unread?: ReadonlySet<string>;
  /** The programs that hold the functions which it names, as far as they could be read. Left out where none is named. */
  readonly code?: Code;
}

/** The text of a `$ref`, when the node is a reference. */
export function refOf(node: Node): string | undefined {
  const ref = isObject(node.value) && Object.hasOwn(node.value, "$ref") ? node.value.$ref : undefined;
  return typeof ref === "string" ? ref : undefined;
}

const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(text);

/** The file that a reference in `from` names, and the pointer in it (RFC 3986, section 5; RFC 6901, section 6). */
export function refTarget(from: string, ref: string): { readonly file: string; readonly pointer: string } {
  const hash = ref.indexOf("#");
  const path = hash === -1 ? ref : ref.slice(0, hash);
  const pointer = hash === -1 ? "" : decoded(ref.slice(hash + 1));
  if (path === "") return { file: from, pointer };
  if (isUrl(path)) return { file: path, pointer };
  if (isUrl(from)) return { file: new URL(path, from).href, pointer };
  const relative = decoded(path);
  return { file: posix.isAbsolute(relative) ? posix.normalize(relative) : posix.join(posix.dirname(from), relative), pointer };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a file lies outside the document's folder: a URL, an absolute path, or one that climbs out. */
export function leavesFolder(rootName: string, file: string): boolean {
  if (isUrl(file)) return true;
  const relative = posix.relative(posix.dirname(rootName), file);
  return relative === ".." || relative.startsWith("../") || (posix.isAbsolute(file) && !posix.isAbsolute(rootName));
}

/** More references one behind the other are nobody's, and looking at each again for every one before it would take long. */
const longestWay = 100;

/**
 * What a node stands for: itself, or what its `$ref` leads to in the end.
 * Fails with DanglingRef or RefCycle at the reference; without a word where what it leads to could not be read.
 */
export function follow(documents: DocumentFiles, node: Node): Checked<Node> {
  const way = wayOf(documents, node);
  return way.ok ? checked(way.value.at(-1) ?? node, []) : way;
}

/** A node and all that its `$ref` leads to, one behind the other. Fails as `follow` does. */
export function wayOf(documents: DocumentFiles, node: Node): Checked<readonly Node[]> {
  const seen = new Set<string>();
  const way = [node];
  let at = node;
  for (let ref = refOf(at); ref !== undefined; ref = refOf(at)) {
    const target = refTarget(at.file.name, ref);
    const key = `${target.file}#${target.pointer}`;
    if (seen.has(key)) return failed(error("RefCycle", placeOf(node), `\`$ref: ${show(ref)}\` leads back to itself. Point it at a value.`));
    if (seen.size === longestWay) {
      const message = `\`$ref: ${show(ref)}\` comes after ${longestWay} others that lead to it. Point the first at a value.`;
      return failed(error("RefCycle", placeOf(node), message));
    }
    seen.add(key);
    if (documents.unread?.has(target.file)) return failed();
    const found = descend(documents, target.file, target.pointer);
    if (found === undefined)
      return failed(
        error("DanglingRef", placeOf(at), `\`$ref: ${show(ref)}\` points at nothing. Mend the reference, or add what it names.`),
      );
    at = found;
    way.push(at);
  }
  return checked(way, []);
}

const show = (ref: string): string => (ref.length > 200 ? `${ref.slice(0, 200)}...` : ref);

/** The node that a reference's fragment names in a file: by a pointer, or by the `$anchor` of a schema (JSON Schema 2020-12, section 8.2.2). */
function descend(documents: DocumentFiles, name: string, fragment: string): Node | undefined {
  const file = name === documents.root.name ? documents.root : documents.files.get(name);
  if (file === undefined) return undefined;
  return fragment === "" || fragment.startsWith("/") ? atPointer(file, fragment) : anchorsOf(file).get(fragment);
}

function atPointer(file: SourceFile, pointer: string): Node | undefined {
  let { value } = root(file);
  let way = "";
  for (const token of tokens(pointer)) {
    if (Array.isArray(value)) value = value[Number(token)];
    else if (isObject(value) && Object.hasOwn(value, token)) value = value[token];
    else return undefined;
    way = join(way, token);
  }
  return value === undefined ? undefined : { file, pointer: way, value };
}

/** The anchors of the files in which somebody asked for one. */
const anchors = new WeakMap<SourceFile, ReadonlyMap<string, Node>>();

function anchorsOf(file: SourceFile): ReadonlyMap<string, Node> {
  const known = anchors.get(file);
  if (known !== undefined) return known;
  const found = new Map<string, Node>();
  const seen = new Set<object>();
  const waiting: Node[] = [root(file)];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node.value !== "object" || node.value === null || seen.has(node.value)) continue;
    seen.add(node.value);
    if (isObject(node.value) && typeof node.value.$anchor === "string" && !found.has(node.value.$anchor))
      found.set(node.value.$anchor, node);
    for (const [, member] of isObject(node.value) ? members(node) : elements(node).entries()) waiting.push(member);
  }
  anchors.set(file, found);
  return found;
}
