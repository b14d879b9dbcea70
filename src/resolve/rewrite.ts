import type { Rewrite, RewrittenPath } from "../model/api.ts";
import type { PathTemplate, Segment } from "../model/path.ts";
import { error, type Problem } from "../problem.ts";
import { child, placeOf } from "../text/node.ts";
import { parsePathKey } from "./path-key.ts";
import { sayOnce } from "./say-once.ts";
import type { Level } from "./whole.ts";

/** What the innermost level that says it lets the backend of an operation see, in place of the path and query that came. */
export function rewriteOf(levels: readonly Level[], path: PathTemplate, basePath: string, problems: Problem[]): Rewrite | undefined {
  const said = levels.find(({ extension }) => extension?.fields.rewrite !== undefined)?.extension;
  const rewrite = said?.fields.rewrite;
  if (said === undefined || rewrite === undefined) return undefined;
  const { query = {} } = rewrite;
  const rewritten = rewrite.path === undefined ? undefined : pathOf(rewrite.path, path, basePath.split("/").length - 1);
  if (typeof rewritten === "string") {
    sayOnce(problems, error("WrongValue", placeOf(child(said.at("rewrite"), "path")), rewritten));
    return undefined;
  }
  const removeQuery = query.remove ?? [];
  const setQuery = Object.entries(query.set ?? {}).map(([name, value]) => ({ name, value }));
  return rewritten === undefined && removeQuery.length + setQuery.length === 0 ? undefined : { path: rewritten, removeQuery, setQuery };
}

/** A path as a backend shall see it, its parameters by where they stand in the operation's own; or what is wrong with it. */
function pathOf(written: string, path: PathTemplate, baseSegments: number): RewrittenPath | string {
  const key = parsePathKey(written);
  if (!key.ok) return key.message;
  if (key.query.length > 0) return "A rewritten path has no query. Set its parameters under `rewrite: {query: {set: ...}}`.";
  const pieces: RewrittenPath[number][] = [];
  for (const part of key.template.flatMap((segment) => ["/", ...segment])) {
    if (typeof part === "string") {
      pieces.push(part);
      continue;
    }
    const value = parameterOf(part.parameter, path, baseSegments);
    if (typeof value === "string") return value;
    pieces.push(value);
  }
  return joined(pieces);
}

function parameterOf(name: string, path: PathTemplate, baseSegments: number): Exclude<RewrittenPath[number], string> | string {
  for (const [index, segment] of path.entries()) {
    const at = segment.findIndex((part) => typeof part !== "string" && part.parameter === name);
    if (at === -1) continue;
    const [before, after] = [segment.slice(0, at), segment.slice(at + 1)];
    if (weight(before) + weight(after) > mostWeight)
      return `Too much stands beside \`{${name}}\` in its segment of the operation's path. Give it a segment of its own.`;
    return { segment: baseSegments + index, before, after };
  }
  return `The operation's path has no parameter \`{${name}}\`. Name one that it has.`;
}

/** Envoy takes only small regular expressions where a path is rewritten, and answers with nothing where one is too large: what is beside a parameter counts so much. */
const mostWeight = 40;
const weight = (segment: Segment): number =>
  segment.reduce((sum, part) => sum + (typeof part === "string" ? part.replaceAll(/[A-Za-z0-9._~-]/g, "").length * 8 + part.length : 4), 0);

/** Texts that follow one another are one. */
function joined(pieces: RewrittenPath): RewrittenPath {
  const done: RewrittenPath[number][] = [];
  for (const piece of pieces) {
    const last = done.at(-1);
    if (typeof last === "string" && typeof piece === "string") done[done.length - 1] = last + piece;
    else done.push(piece);
  }
  return done;
}
