import type { Problem } from "../../problem.ts";
import type { Node } from "../../text/node.ts";

export type Level = "document" | "path" | "operation";

/** What a key is translated in: where it stands, and what it may need to know from elsewhere. */
export interface Scope {
  readonly level: Level;
  /** What `{version}` stands for. */
  readonly version: string;
  /** The document's root: some keys of an operation depend on what it says. */
  readonly document: Node;
  /** Whether interceptors of another product are left out where the document says nothing of it. */
  readonly ignoresForeign: boolean;
}

/** A field of `x-portico`, as raw as a person would have written it, and the key that said it. */
export interface Field {
  readonly key: string;
  readonly value: unknown;
  readonly origin: Node;
}

export interface Translation {
  readonly fields: readonly Field[];
  readonly problems: readonly Problem[];
}

/** One key of WSO2's, under all its names, and what it becomes. */
export interface Row {
  readonly key: string;
  readonly older: readonly string[];
  readonly levels: readonly Level[];
  /** What may stand there, for the docs. */
  readonly takes: string;
  /** The field of `x-portico`, for the docs. */
  readonly becomes: string;
  /** What else a reader of the docs must know. */
  readonly note: string;
  readonly translate: (node: Node, scope: Scope) => Translation;
}

/** One field and nothing wrong. */
export const field = (key: string, value: unknown, origin: Node): Translation => ({ fields: [{ key, value, origin }], problems: [] });

/** Nothing to say: what the key asks for happens anyway. */
export const nothing: Translation = { fields: [], problems: [] };

export const refused = (...problems: readonly Problem[]): Translation => ({ fields: [], problems });

/** The field, if there is a value for it. */
export function fieldUnlessUndefined(key: string, value: unknown, origin: Node, problems: readonly Problem[]): Translation {
  return { fields: value === undefined ? [] : [{ key, value, origin }], problems };
}
