import { readResources } from "../api/resource.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { type Checked, checked, type Problem } from "../problem.ts";
import { type ReadSources, type ResolvedApi, resolveGateway } from "../resolve/gateway.ts";
import type { ResolveSettings } from "../resolve/settings.ts";
import { isObject, type SourceFile } from "../text/node.ts";

/** What a gateway was made from that serves. */
export interface ServedSources {
  readonly apis: readonly ResolvedApi[];
  readonly resources: readonly SourceFile[];
}

/** APIs with the resources that they were resolved with, and what is wrong with sources in whose place those of before stand. */
interface Taken extends ServedSources {
  readonly untaken: readonly Problem[];
}

/**
 * The APIs of a gateway. Where something is wrong that was good before, what was there before stands in for it, object by object: whatever else is changed counts beside it, above all
 * what is revoked. Fails, with all that is wrong now, where that is not enough.
 */
export function takenFrom(sources: ReadSources, settings: ResolveSettings, before: ServedSources | undefined): Checked<Taken> {
  const { resources } = sources;
  const now = resolveGateway(sources, settings);
  if (now.ok) return checked({ apis: now.value, resources, untaken: [] }, now.problems);
  if (before === undefined) return now;
  const served = before.apis.map(({ document }) => document);
  const own = new Set(served.flatMap(filesOf));
  const unread = sourcesOf(sources.problems).filter((name) => !own.has(name));
  const read = putBack(resources, before.resources, (file) => unread.includes(file.name) || !isSound(file), unread);
  const attempt = (documents: readonly OpenApiDocument[], chosen: readonly SourceFile[]): Checked<Taken> => {
    const stands = ({ where: { source } }: Problem): boolean =>
      !(documents === served && own.has(source)) && !(chosen !== resources && unread.includes(source));
    const found = resolveGateway({ documents, resources: chosen, problems: sources.problems.filter(stands) }, settings);
    return found.ok ? checked({ apis: found.value, resources: chosen, untaken: now.problems }, []) : found;
  };
  const withRead = [attempt(served, resources), attempt(sources.documents, read), attempt(served, read)];
  const last = withRead.at(-1);
  const faulty = last === undefined || last.ok ? [] : sourcesOf(last.problems);
  const rest = putBack(read, before.resources, (file) => faulty.includes(file.name), faulty);
  const attempts = last?.ok ? withRead : [...withRead, attempt(sources.documents, rest), attempt(served, rest)];
  return attempts.find(({ ok }) => ok) ?? now;
}

const filesOf = ({ files }: OpenApiDocument): readonly string[] => [files.root.name, ...files.files.keys()];

const sourcesOf = (problems: readonly Problem[]): readonly string[] => [
  ...new Set(problems.filter(({ severity }) => severity === "error").map(({ where }) => where.source)),
];

const isSound = (file: SourceFile): boolean => readResources([file]).problems.every(({ severity }) => severity === "warning");

/** Objects with those of before in place of the wrong ones, and of all that stood in files which cannot be read. */
function putBack(
  now: readonly SourceFile[],
  before: readonly SourceFile[],
  isWrong: (file: SourceFile) => boolean,
  unread: readonly string[],
): readonly SourceFile[] {
  const kept = now.filter((file) => !isWrong(file));
  const there = new Set(kept.map(identityOf));
  const wrong = new Set(now.filter(isWrong).map(identityOf));
  const back = before.filter((file) => !there.has(identityOf(file)) && (wrong.has(identityOf(file)) || unread.includes(file.name)));
  return [...kept, ...back];
}

/** What an object is known by. */
function identityOf({ name, document, value }: SourceFile): string {
  const { kind, metadata } = isObject(value) ? value : {};
  return isObject(metadata) ? JSON.stringify([kind, metadata.namespace, metadata.name]) : JSON.stringify([name, document]);
}
