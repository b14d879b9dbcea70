import type { ApiModel, Operation } from "../model/api.ts";
import { answersUnder } from "../model/host.ts";
import { shape } from "../model/path.ts";
import { error, type Place, type Problem, showPlace, warning } from "../problem.ts";
import { child, placeOf } from "../text/node.ts";
import type { ResolvedApi } from "./gateway.ts";

/** What an operation is asked by, and where that is written. */
export type Asked = Pick<Operation, "method" | "template" | "path" | "query" | "where">;

/** An operation with what it does; that is undefined, or not all, where something wrong was said of it. */
export interface Resolved {
  readonly asked: Asked;
  readonly operation: Operation | undefined;
  readonly isSound: boolean;
}

/** What decides which requests an operation answers: two with the same key would both. */
const requestKey = (basePath: string, operation: Asked): string =>
  JSON.stringify([operation.method, basePath + shape(operation.path), operation.query]);

/** Whether two operations treat a request alike, so that one can stand for both. */
function agree(a: Operation, b: Operation): boolean {
  const policy = ({ id: _, template: __, path: ___, where: ____, access, answer, ...rest }: Operation) =>
    JSON.stringify([access.kind === "unprotected" ? "everybody" : access, answer.kind === "mock" ? "mock" : answer, rest]);
  return policy(a) === policy(b);
}

/**
 * The operations without those that coincide with an earlier one: keys that differ in parameters' names or in a fragment. When their
 * policies agree the first stands for both (a warning); else it is a Problem.
 */
export function withoutTwins<T extends Resolved>(
  resolved: readonly T[],
  place: (operation: Asked) => Place,
  problems: Problem[],
): readonly T[] {
  const first = new Map<string, T>();
  for (const one of resolved) {
    const key = requestKey("", one.asked);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, one);
    else problems.push(clashOf(earlier, one, place));
  }
  return [...first.values()];
}

function clashOf(earlier: Resolved, later: Resolved, place: (operation: Asked) => Place): Problem {
  const names = [later, earlier].map(({ asked }) => `${asked.method} ${asked.template}`);
  const both = `${names.join(" answers the same requests as ")} at ${showPlace(place(earlier.asked))}`;
  const where = place(later.asked);
  if (!(earlier.isSound && later.isSound && earlier.operation && later.operation))
    return warning("OperationClash", where, `${both}; whether they agree is known once the other Problems are mended. Remove one.`);
  return agree(earlier.operation, later.operation)
    ? warning("OperationClash", where, `${both}; the first stands for both. Remove one.`)
    : error("OperationClash", where, `${both}, but treats them differently. Remove one, or let their policies agree.`);
}

/**
 * Operations that only the query tells apart, one open and one not: a request that names a parameter twice may be one to the gateway and the
 * other to the backend.
 */
export function unevenTwins(operations: readonly Operation[], place: (operation: Operation) => Place): readonly Problem[] {
  if (operations.every(({ query }) => query.length === 0)) return [];
  const byPath = new Map<string, Operation>();
  const problems: Problem[] = [];
  for (const operation of operations) {
    const key = `${operation.method} ${shape(operation.path)}`;
    const first = byPath.get(key) ?? operation;
    byPath.set(key, first);
    if ((first.access.kind === "open") === (operation.access.kind === "open")) continue;
    const both = `${operation.method} ${operation.template} and ${first.method} ${first.template} differ in the query alone, and one is open while the other needs a credential`;
    const why = "A request that names a parameter twice may be the one here and the other at the backend";
    problems.push(warning("OperationClash", place(operation), `${both}. ${why}: let both need it.`));
  }
  return problems;
}

/**
 * Documents that answer the same requests, or make an API of one name, which is the image's and the clusters': at most one Problem for each pair,
 * and one for each name that is taken.
 */
export function clashesBetween(apis: readonly ResolvedApi[]): readonly Problem[] {
  return apis.flatMap((later, index) => {
    const clashes = apis.slice(0, index).flatMap((earlier) => {
      const problem = requestClash(earlier, later);
      return problem === undefined ? [] : [{ earlier, problem }];
    });
    const twin = apis.slice(0, index).find(({ model }) => model.name === later.model.name);
    const named = twin === undefined || clashes.some(({ earlier }) => earlier === twin) ? [] : [nameClash(twin, later)];
    return [...named, ...clashes.map(({ problem }) => problem)];
  });
}

function nameClash(earlier: ResolvedApi, { model, document }: ResolvedApi): Problem {
  const two = `Two documents make an API \`${model.name}\`: this one and ${earlier.document.root.file.name}`;
  const where = placeOf(child(child(document.root, "info"), "title"));
  return error("NameClash", where, `${two}. Give one of them a name: \`x-portico: {name: ...}\`.`);
}

function requestClash(earlier: ResolvedApi, later: ResolvedApi): Problem | undefined {
  if (!shareHost(earlier.model, later.model)) return undefined;
  const taken = new Map(earlier.model.operations.map((operation) => [requestKey(earlier.model.basePath, operation), operation] as const));
  const clash = later.model.operations.find((operation) => taken.has(requestKey(later.model.basePath, operation)));
  const other = clash && taken.get(requestKey(later.model.basePath, clash));
  if (clash === undefined || other === undefined) return undefined;
  const what = `${clash.method} ${clash.template} of ${later.model.name} answers the same requests as ${earlier.model.name}'s at ${showPlace(earlier.place(other))}`;
  const names = earlier.model.name === later.model.name ? ", and another `name`" : "";
  const advice = `Give one of them another \`x-portico: {basePath: ...}\` or \`hosts\`${names}.`;
  return error("BasePathClash", later.place(clash), `${what}. ${advice}`);
}

const shareHost = (a: ApiModel, b: ApiModel): boolean =>
  a.hosts.length === 0 || b.hosts.some((host) => answersUnder(a.hosts, host)) || a.hosts.some((host) => answersUnder(b.hosts, host));
