import type { OpenApiDocument } from "../openapi/document.ts";
import { type Checked, checked, type Problem } from "../problem.ts";
import { type ReadSources, type ResolvedApi, resolveGateway } from "../resolve/gateway.ts";
import type { ResolveSettings } from "../resolve/settings.ts";
import type { SourceFile } from "../text/node.ts";
import { eachAsBefore, faultyAmong, isSound, putBack, tooManyBlocked, withKindsOf } from "./put-back.ts";

/** What a gateway was made from that serves. */
export interface ServedSources {
  readonly apis: readonly ResolvedApi[];
  readonly resources: readonly SourceFile[];
}

/** APIs with the resources that they were resolved with, and what is wrong with sources in whose place those of before stand. */
interface Taken extends ServedSources {
  readonly untaken: readonly Problem[];
}

/** Something to be tried: documents, objects, and the files whose Problems are answered by what stands in for them. */
interface Choice<T> {
  readonly chosen: readonly T[];
  readonly waived: ReadonlySet<string>;
}

/**
 * The APIs of a gateway. Where something is wrong that was good before, what was there before stands in for it, document by document and object by object: whatever else is changed counts
 * beside it, above all what is revoked. Fails, with all that is wrong now, where that is not enough. `isGone` says of a file whether it is not there any longer.
 */
export function takenFrom(
  sources: ReadSources,
  settings: ResolveSettings,
  before: ServedSources | undefined,
  isGone: (file: string) => boolean,
): Checked<Taken> {
  const now = resolveGateway(sources, settings);
  if (now.ok) return checked({ apis: now.value, resources: sources.resources, untaken: [] }, now.problems);
  if (before === undefined) return now;
  const attempt = (documents: Choice<OpenApiDocument>, resources: Choice<SourceFile>): Checked<Taken> => {
    const stands = ({ where: { source } }: Problem): boolean => !documents.waived.has(source) && !resources.waived.has(source);
    const tried = { documents: documents.chosen, resources: resources.chosen, problems: sources.problems.filter(stands) };
    const found = resolveGateway(tried, settings);
    if (!found.ok) return found;
    const blocked = tooManyBlocked(resources.chosen, { now: sources.resources, before: before.resources });
    return checked({ apis: found.value, resources: resources.chosen, untaken: [...now.problems, ...blocked] }, []);
  };
  const documents = documentChoices(sources, before, sourcesOf(now.problems));
  const last = documents.at(-1);
  for (const resources of resourceChoices(sources, before, documents, isGone, (choice) => (last ? attempt(last, choice).problems : [])))
    for (const choice of documents) {
      const found = attempt(choice, resources);
      if (found.ok) return found;
    }
  return now;
}

/** The documents as they are now; with those of before in place of the wrong ones; and all as before. */
function documentChoices(sources: ReadSources, before: ServedSources, wrong: readonly string[]): readonly Choice<OpenApiDocument>[] {
  const served = before.apis.map(({ document }) => document);
  const nameOf = ({ files }: OpenApiDocument): string => files.root.name;
  const fresh = new Map(sources.documents.map((document) => [nameOf(document), document] as const));
  const isWrong = (document: OpenApiDocument): boolean => {
    const now = fresh.get(nameOf(document));
    return now === undefined || [document, now].flatMap(filesOf).some((name) => wrong.includes(name));
  };
  const mixed = served.map((document) => (isWrong(document) ? document : (fresh.get(nameOf(document)) ?? document)));
  const waived = (replaced: readonly OpenApiDocument[]): ReadonlySet<string> =>
    new Set(replaced.flatMap((document) => [document, fresh.get(nameOf(document)) ?? document]).flatMap(filesOf));
  return [
    { chosen: sources.documents, waived: new Set() },
    { chosen: mixed, waived: waived(served.filter(isWrong)) },
    { chosen: served, waived: waived(served) },
  ];
}

/** So often what is wrong is looked for anew: behind one Problem there may be another. */
const rounds = 4;

/**
 * The objects as they are now; without those of files that are gone; with those of before in place of what cannot be read; and of what `wrongWith` says to be wrong besides, where all documents
 * are as before. Where what is wrong stands nowhere that can be put back, as where a document does not fit what a Security is now, one object of our kinds that has changed is as before, and only where no one is enough
 * all of them are, with the Secrets of now: what is taken away by another one counts.
 */
function* resourceChoices(
  { resources, problems }: ReadSources,
  before: ServedSources,
  documents: readonly Choice<OpenApiDocument>[],
  isGone: (file: string) => boolean,
  wrongWith: (choice: Choice<SourceFile>) => readonly Problem[],
): Generator<Choice<SourceFile>> {
  const own = documents.at(-1)?.waived ?? new Set();
  const unread = sourcesOf(problems).filter((name) => !own.has(name));
  const gone = unread.filter(isGone);
  yield { chosen: resources, waived: new Set(gone) };
  const waived = new Set(unread);
  // What is gone is gone, unless nothing can be made without it.
  for (const back of [unread.filter((name) => !gone.includes(name)), unread]) {
    let chosen = putBack(resources, before.resources, (file) => unread.includes(file.name) || !isSound(file), back);
    for (let round = 0; round < rounds; round++) {
      yield { chosen, waived };
      const faulty = faultyAmong(chosen, { now: resources, before: before.resources }, wrongWith({ chosen, waived }));
      if (faulty.size === 0) break;
      chosen = putBack(chosen, before.resources, (file) => faulty.has(file), []);
    }
    for (const tried of eachAsBefore(before.resources, chosen)) yield { chosen: tried, waived };
    yield { chosen: withKindsOf(before.resources, chosen), waived };
  }
}

const filesOf = ({ files }: OpenApiDocument): readonly string[] => [files.root.name, ...files.files.keys()];

const sourcesOf = (problems: readonly Problem[]): readonly string[] => [
  ...new Set(problems.filter(({ severity }) => severity === "error").map(({ where }) => where.source)),
];
