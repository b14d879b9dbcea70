import type { OperationContract } from "../contract.ts";
import type { PathTemplate } from "../path.ts";
import type { BodyRule, ContentRule, ParameterRule, ResponseRule } from "../validation.ts";
import type { Broken } from "./breaking.ts";
import type { Schemas } from "./flat-schema.ts";
import { type Narrowing, narrowings, type SchemaIn } from "./narrowing.ts";

/** An operation, and the schemas that it refers to. */
interface Side {
  readonly operation: OperationContract;
  readonly schemas: Schemas;
}

/** Requests that were right, and are not any longer. */
export function brokenRequests(before: Side, after: Side): readonly Broken[] {
  const [old, now] = [before.operation.messages, after.operation.messages];
  if (now === undefined) return [];
  return [...parameters(before, after), ...bodies(old?.body, now.body, before.schemas, after.schemas)];
}

function parameters(before: Side, after: Side): readonly Broken[] {
  const names = renamed(before.operation.path, after.operation.path);
  const known = new Map(
    before.operation.messages?.parameters.map(
      (one) => [keyOf({ ...one, name: one.in === "path" ? (names.get(one.name) ?? one.name) : one.name }), one] as const,
    ),
  );
  return (after.operation.messages?.parameters ?? []).flatMap((one): readonly Broken[] => {
    const what = `The ${one.in === "path" ? "path" : one.in} parameter \`${one.name}\``;
    const old = known.get(keyOf(one));
    if (old === undefined) return one.isRequired ? [{ kind: "parameter", message: `${what} is new, and required.` }] : [];
    const isWritten = JSON.stringify(styleOf(old)) === JSON.stringify(styleOf(one));
    return [
      ...(one.isRequired && !old.isRequired ? [{ kind: "parameter", message: `${what} is required now.` } as const] : []),
      ...(isWritten ? [] : [{ kind: "parameter", message: `${what} is written in another way now.` } as const]),
      ...narrowings(named(before.schemas, old.schema), named(after.schemas, one.schema), false).map(
        (lost): Broken => ({ kind: "parameter", message: `${what}${inRequest(lost)}` }),
      ),
    ];
  });
}

const keyOf = ({ in: place, name }: Pick<ParameterRule, "in" | "name">): string => `${place} ${name}`;

/** How a value is written; one that is no list and no object is itself in every style that is not marked. */
function styleOf({ form }: ParameterRule): unknown {
  if (form.kind === "json") return form.kind;
  const { style, explode, reading } = form;
  const isOne = reading.items === undefined && reading.members === undefined && reading.rest === undefined;
  return isOne && style !== "label" && style !== "matrix" ? "plain" : [style, explode];
}

/** What a path's parameters are called now, by what they were called in the same place. */
function renamed(before: PathTemplate, after: PathTemplate): ReadonlyMap<string, string> {
  const namesOf = (path: PathTemplate): readonly string[] =>
    path.flatMap((segment) => segment.flatMap((part) => (typeof part === "string" ? [] : [part.parameter])));
  const now = namesOf(after);
  return new Map(namesOf(before).map((name, index) => [name, now[index] ?? name] as const));
}

const named = (schemas: Schemas, name: string): SchemaIn => ({ schemas, schema: schemas[name] });

function bodies(before: BodyRule | undefined, after: BodyRule | undefined, old: Schemas, now: Schemas): readonly Broken[] {
  if (after === undefined) return [];
  const isNeeded = after.isRequired && before?.isRequired !== true;
  return [
    ...(isNeeded ? [{ kind: "body", message: before === undefined ? "A body is needed now." : "The body is required now." } as const] : []),
    ...(before?.contents ?? []).flatMap((one): readonly Broken[] => {
      const found = after.contents.find(({ range }) => takes(range, one.range));
      if (found === undefined) return [{ kind: "body", message: `A body of \`${one.range}\` is not taken any longer.` }];
      return contentLost(one, found, old, now, false).map((lost) => ({
        kind: "body",
        message: `In the body of \`${one.range}\`${inRequest(lost)}`,
      }));
    }),
  ];
}

/** Whether a media range has all of another one (RFC 9110, section 12.5.1). */
function takes(range: string, other: string): boolean {
  const [type = "", subtype = ""] = range.split("/");
  const [otherType = "", otherSubtype = ""] = other.split("/");
  return (type === "*" || type === otherType) && (subtype === "*" || subtype === otherSubtype);
}

const contentLost = (from: ContentRule, to: ContentRule, old: Schemas, now: Schemas, ignored: boolean): readonly Narrowing[] =>
  to.schema === undefined
    ? []
    : narrowings(from.schema === undefined ? { schemas: old, schema: true } : named(old, from.schema), named(now, to.schema), ignored);

/** Answers that clients could count on, and others that they are not ready for. */
export function brokenAnswers(before: Side, after: Side): readonly Broken[] {
  const [old, now] = [before.operation.messages?.responses ?? [], after.operation.messages?.responses ?? []];
  return old
    .filter(({ status }) => /^[23]/.test(status))
    .flatMap((one): readonly Broken[] => {
      const found = now.find(({ status }) => status === one.status) ?? now.find(({ status }) => status === `${one.status[0]}XX`);
      if (found === undefined) return [{ kind: "answer", message: `It does not answer ${one.status} any longer.` }];
      return [...headers(one, found), ...contents(one, found, before.schemas, after.schemas)];
    });
}

const headers = (before: ResponseRule, after: ResponseRule): readonly Broken[] =>
  before.headers
    .filter(({ isRequired, name }) => isRequired && !after.headers.some((one) => one.name === name && one.isRequired))
    .map(({ name }) => ({ kind: "answer", message: `The answer ${before.status} may come without the header \`${name}\` now.` }));

function contents(before: ResponseRule, after: ResponseRule, old: Schemas, now: Schemas): readonly Broken[] {
  if (after.contents.length === 0) return [];
  return before.contents.flatMap((one): readonly Broken[] => {
    const found = after.contents.find(({ range }) => takes(range, one.range) || takes(one.range, range));
    if (found === undefined)
      return [{ kind: "answer", message: `The answer ${before.status} is not to be had as \`${one.range}\` any longer.` }];
    return contentLost(found, one, now, old, true).map((lost) => ({
      kind: "answer",
      message: `In the answer ${before.status}${inAnswer(lost)}`,
    }));
  });
}

const at = (pointer: string): string => (pointer === "#" ? "" : `, at \`${pointer}\`,`);

function inRequest({ at: pointer, kind, of }: Narrowing): string {
  const words = {
    type: `a ${of} is not taken any longer`,
    value: `${of} is not taken any longer`,
    values: `nothing but ${of} is taken now`,
    bound: `what is taken is ${of} now`,
    required: "something is required now",
    member: "nothing is taken any longer",
    closed: "other members are not taken any longer",
    choice: "not all forms are taken any longer",
  }[kind];
  return `${at(pointer) || ":"} ${words}.`;
}

function inAnswer({ at: pointer, kind, of }: Narrowing): string {
  const words = {
    type: `may be a ${of} now`,
    value: `may be ${of} now`,
    values: `may be something other than ${of} now`,
    bound: `what was ${of} may not be so now`,
    required: "may be missing now",
    member: "may be there now",
    closed: "may have other members now",
    choice: "may have another form now",
  }[kind];
  return `${at(pointer) || ":"} ${words}.`;
}
