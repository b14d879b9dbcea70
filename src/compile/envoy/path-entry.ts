import type { ApiModel, Operation } from "../../model/api.ts";
import { compareText, type PathTemplate, type QueryCondition, shape, specificity } from "../../model/path.ts";
import { type PathPattern, pathPattern } from "./pattern.ts";

/** A path of a gateway, base path included, with the operations that answer it by method; none where all are disabled. */
export interface PathEntry {
  readonly template: PathTemplate;
  /** What matches the template, for all routes of the path. */
  readonly pattern: PathPattern;
  readonly query: readonly QueryCondition[];
  readonly operations: readonly EntryOperation[];
}

/** An operation that answers a path. */
export interface EntryOperation {
  readonly api: ApiModel;
  readonly operation: Operation;
}

/**
 * The paths of several APIs in the order in which they answer: the path is chosen before the method, so operations whose paths match
 * the same requests share one entry.
 */
export function pathEntries(apis: readonly ApiModel[]): readonly PathEntry[] {
  const entries = new Map<string, FilledEntry>();
  for (const api of apis) {
    const base = baseSegments(api.basePath);
    for (const operation of api.operations) entryAt(entries, base, operation).operations.push({ api, operation });
    for (const path of api.disabledPaths ?? []) entryAt(entries, base, path);
  }
  return [...entries.values()].toSorted(entryPrecedence);
}

/** The entry of a path, made where there was none. */
function entryAt(entries: Map<string, FilledEntry>, base: PathTemplate, { path, query }: Pick<Operation, "path" | "query">): FilledEntry {
  const template = [...base, ...path];
  const ownShape = shape(template);
  const key = query.length === 0 ? ownShape : JSON.stringify([ownShape, query]);
  const known = entries.get(key);
  if (known !== undefined) return known;
  const entry: FilledEntry = { template, pattern: pathPattern(template), shape: ownShape, query, operations: [] };
  entries.set(key, entry);
  return entry;
}

const baseSegments = (basePath: string): PathTemplate =>
  basePath === ""
    ? []
    : basePath
        .slice(1)
        .split("/")
        .map((text) => [text]);

/** Sorting asks for the shape again and again. */
interface ShapedEntry extends PathEntry {
  readonly shape: string;
}

/** One on its way. */
interface FilledEntry extends ShapedEntry {
  readonly operations: EntryOperation[];
}

function entryPrecedence(a: ShapedEntry, b: ShapedEntry): number {
  if (a.shape !== b.shape) return specificity(a.template, b.template) || compareText(a.shape, b.shape);
  return conditionWeight(b) - conditionWeight(a) || compareText(JSON.stringify(a.query), JSON.stringify(b.query));
}

/** More conditions before fewer, exact values before mere presence. */
const conditionWeight = ({ query }: PathEntry): number => query.reduce((sum, { value }) => sum + (value === undefined ? 1000 : 1001), 0);
