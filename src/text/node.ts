import type { Place } from "../problem.ts";
import { locate } from "./locate.ts";
import { join } from "./pointer.ts";

/** A text that was read and parsed: the file's name as the person wrote it, its text, and the value in it. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** Which of the YAML documents in the text, from 0. */
  readonly document: number;
  /** Plain data: null, booleans, numbers, strings, arrays and string-keyed objects. Shared where the text has aliases, never cyclic. */
  readonly value: unknown;
  /** Where the value stands in that document, as a JSON pointer; left out for all of it. */
  readonly at?: string;
}

/** A value together with the way to it, so that whatever is wrong with it can be said where it stands. */
export interface Node {
  readonly file: SourceFile;
  readonly pointer: string;
  readonly value: unknown;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

export const root = (file: SourceFile): Node => ({ file, pointer: file.at ?? "", value: file.value });

/** The value under a key; its `value` is undefined where there is none. */
export function child(node: Node, key: string | number): Node {
  const value =
    isObject(node.value) && Object.hasOwn(node.value, key)
      ? node.value[key]
      : Array.isArray(node.value)
        ? node.value[Number(key)]
        : undefined;
  return { file: node.file, pointer: join(node.pointer, key), value };
}

/** The members of an object; none when the node is no object. */
export function members({ file, pointer, value }: Node): readonly (readonly [key: string, member: Node])[] {
  return isObject(value) ? Object.keys(value).map((key) => [key, { file, pointer: join(pointer, key), value: value[key] }] as const) : [];
}

/** The elements of a list; none when the node is no list. */
export function elements(node: Node): readonly Node[] {
  return Array.isArray(node.value) ? node.value.map((_, index) => child(node, index)) : [];
}

/** Where a node stands in its text. What does not exist stands where its nearest ancestor does. */
export function placeOf(node: Pick<Node, "file" | "pointer">): Place {
  return locate(node.file, node.pointer);
}
