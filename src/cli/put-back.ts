import { isDeepStrictEqual } from "node:util";
import { blockedIn } from "../api/blocked-clients.ts";
import { isOfPortico, readResources } from "../api/resource.ts";
import { mostBlocked } from "../api/security.ts";
import { type Place, type Problem, warning } from "../problem.ts";
import { child, isObject, placeOf, root, type SourceFile } from "../text/node.ts";

// Which objects are wrong, and what stands in for them.

export const isSound = (file: SourceFile): boolean => readResources([file]).problems.every(({ severity }) => severity === "warning");

/** What was read now, and what was before. */
interface ReadTwice {
  readonly now: readonly SourceFile[];
  readonly before: readonly SourceFile[];
}

/** The objects that Problems stand in, among those of now and of before. */
export function faultyAmong(
  files: readonly SourceFile[],
  { now, before }: ReadTwice,
  problems: readonly Problem[],
): ReadonlySet<SourceFile> {
  const texts = new Map(now.map(({ name, text }) => [name, text] as const));
  const errors = problems.filter(({ severity }) => severity === "error");
  const found = errors.flatMap(({ reason, where }) => {
    const at = objectAt(where, files, texts.get(where.source));
    if (at === undefined) return [];
    return reason === "DuplicateResource" ? newcomers(files, before, at) : [at];
  });
  return new Set(found);
}

/**
 * The object that a place is in: of several in one file that one which begins last before it. One that is put back has the lines of the text of before, in which a place of now's may be
 * another one's: so its pointer counts, too, and what may be in either is in that of now.
 */
function objectAt(where: Place, files: readonly SourceFile[], textOfNow: string | undefined): SourceFile | undefined {
  const named = files.filter(({ name }) => name === where.source);
  const there = someOr(
    named.filter((file) => isPlaceIn(where, file)),
    named,
  );
  const ofNow = someOr(
    there.filter(({ text }) => text === textOfNow),
    there,
  );
  return ofNow
    .map((file) => ({ file, begins: placeOf(root(file)) }))
    .filter(({ begins }) => named.length === 1 || after(where, begins) >= 0)
    .toSorted((a, b) => after(a.begins, b.begins))
    .at(-1)?.file;
}

const someOr = <T>(some: readonly T[], all: readonly T[]): readonly T[] => (some.length > 0 ? some : all);

/** Whether what a place points to stands at its line in the text of an object. */
function isPlaceIn({ pointer, line, column }: Place, file: SourceFile): boolean {
  const { pointer: at } = root(file);
  if (pointer !== at && !pointer.startsWith(`${at}/`)) return false;
  const place = placeOf({ file, pointer });
  return place.line === line && place.column === column;
}

/** Above 0 where one place in a file is after another. */
const after = (one: Place, other: Place): number => (one.line ?? 1) - (other.line ?? 1) || (one.column ?? 1) - (other.column ?? 1);

/** Of several objects of one name those that were not there before: the one that was stands. */
function newcomers(files: readonly SourceFile[], before: readonly SourceFile[], one: SourceFile): readonly SourceFile[] {
  const name = identityOf(one);
  const there = before.find((file) => identityOf(file) === name);
  const all = files.filter((file) => identityOf(file) === name);
  const old = all.find((file) => file.name === there?.name) ?? all[0];
  return all.filter((file) => file !== old);
}

/** Objects with those of before in place of the wrong ones, and of all that stood in the files that are to be `back`. Whom a wrong one blocks is blocked. */
export function putBack(
  now: readonly SourceFile[],
  before: readonly SourceFile[],
  isWrong: (file: SourceFile) => boolean,
  back: readonly string[],
): readonly SourceFile[] {
  const kept = now.filter((file) => !isWrong(file));
  const there = new Set(kept.map(identityOf));
  const wrong = new Map(now.filter(isWrong).map((file) => [identityOf(file), file] as const));
  const returned = before.flatMap((file) => {
    const other = wrong.get(identityOf(file));
    if (there.has(identityOf(file)) || (other === undefined && !back.includes(file.name))) return [];
    return [{ ...file, value: withBlocked(file.value, other?.value) }];
  });
  return [...kept, ...returned];
}

/** What an object is known by. */
function identityOf({ name, document, at, value }: SourceFile): string {
  const { kind, metadata } = isObject(value) ? value : {};
  return isObject(metadata) ? JSON.stringify([kind, metadata.namespace, metadata.name]) : JSON.stringify([name, document, at]);
}

/** Objects with those of Portico's kinds as they were. One that is gone is gone, and whom it blocks now is blocked. */
export function withKindsOf(before: readonly SourceFile[], now: readonly SourceFile[]): readonly SourceFile[] {
  const there = new Map(now.filter(isOurs).map((file) => [identityOf(file), file] as const));
  const back = before.filter(isOurs).flatMap((file) => {
    const other = there.get(identityOf(file));
    return other === undefined ? [] : [{ ...file, value: withBlocked(file.value, other.value) }];
  });
  return [...now.filter((file) => !isOurs(file)), ...back];
}

/** More are not tried one by one, for each time all is resolved anew. */
const mostAlone = 20;

/** Objects, each time with another one of those of Portico's kinds that have changed as it was, Securities first. One that is gone is gone. */
export function eachAsBefore(before: readonly SourceFile[], now: readonly SourceFile[]): readonly (readonly SourceFile[])[] {
  const was = new Map(before.filter(isOurs).map((file) => [identityOf(file), file] as const));
  const changed = now.filter((file) => isOurs(file) && !isDeepStrictEqual(file.value, was.get(identityOf(file))?.value));
  const inOrder = [...changed.filter(isSecurity), ...changed.filter((file) => !isSecurity(file))];
  return inOrder.slice(0, mostAlone).map((file) => {
    const other = was.get(identityOf(file));
    const back = other === undefined ? [] : [{ ...other, value: withBlocked(other.value, file.value) }];
    return [...now.filter((one) => one !== file), ...back];
  });
}

const isSecurity = ({ value }: SourceFile): boolean => isObject(value) && value.kind === "Security";

const isOurs = ({ value }: SourceFile): boolean => isOfPortico(value);

/** A Security of before that blocks those, too, whom it blocks now, as far as that can be read. Where they are too many, those of now come first. */
function withBlocked(before: unknown, now: unknown): unknown {
  if (!isObject(before) || before.kind !== "Security" || !isObject(before.spec) || blockedBy(now) === undefined) return before;
  return { ...before, spec: { ...before.spec, blockedClients: blockedByEither(now, before).slice(0, mostBlocked) } };
}

const blockedBy = (value: unknown): readonly string[] | undefined => (isObject(value) ? blockedIn(value.spec) : undefined);

const blockedByEither = (...values: readonly unknown[]): readonly string[] => [
  ...new Set(values.flatMap((value) => blockedBy(value) ?? [])),
];

/** Warnings of Securities as they were, that would block more clients than one may. */
export function tooManyBlocked(taken: readonly SourceFile[], { now, before }: ReadTwice): readonly Problem[] {
  const [is, was] = [now, before].map((files) => new Map(files.filter(isSecurity).map((file) => [identityOf(file), file] as const)));
  const back = taken.filter((file) => isSecurity(file) && !now.includes(file));
  return back.flatMap((file) => {
    const [written, old] = [is, was].map((files) => files?.get(identityOf(file)));
    const blocked = blockedByEither(written?.value, old?.value).length;
    if (written === undefined || blocked <= mostBlocked) return [];
    const message = `This Security is served as it was, and with those whom it blocks now it would block ${blocked} clients: ${mostBlocked} are the most, and ${blocked - mostBlocked} of them are let in. Mend it.`;
    return [warning("BadSecurity", placeOf(child(child(root(written), "spec"), "blockedClients")), message)];
  });
}
