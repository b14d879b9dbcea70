import type { ApiModel, Operation } from "../model/api.ts";
import { answersUnder } from "../model/host.ts";
import { shape } from "../model/path.ts";
import { error, type Place, type Problem, showPlace, warning } from "../problem.ts";

/** What decides which requests an operation answers: two with the same key would both. */
const requestKey = (basePath: string, operation: Operation): string =>
  JSON.stringify([operation.method, basePath + shape(operation.path), operation.query]);

/** Whether two operations treat a request alike, so that one can stand for both. */
function agree(a: Operation, b: Operation): boolean {
  const policy = ({ access, answer, cors, requestHeaders, responseHeaders, webSocket }: Operation) =>
    JSON.stringify([
      access.kind === "unprotected" ? "everybody" : access,
      answer.kind === "mock" ? "mock" : answer,
      cors,
      requestHeaders,
      responseHeaders,
      webSocket,
    ]);
  return policy(a) === policy(b);
}

/**
 * The operations without those that coincide with an earlier one: keys that differ in parameters' names or in a fragment. When their
 * policies agree the first stands for both (a warning); else it is a Problem.
 */
export function withoutTwins(
  operations: readonly Operation[],
  placeOf: (operation: Operation) => Place,
  problems: Problem[],
): readonly Operation[] {
  const first = new Map<string, Operation>();
  for (const operation of operations) {
    const key = requestKey("", operation);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, operation);
      continue;
    }
    const both = `${operation.method} ${operation.template} answers the same requests as ${earlier.method} ${earlier.template} at ${showPlace(placeOf(earlier))}`;
    problems.push(
      agree(earlier, operation)
        ? warning("OperationClash", placeOf(operation), `${both}; the first stands for both. Remove one.`)
        : error("OperationClash", placeOf(operation), `${both}, but treats them differently. Remove one, or let their policies agree.`),
    );
  }
  return [...first.values()];
}

/**
 * Operations that only the query tells apart, one open and one not: a request that names a parameter twice may be one to the gateway and the
 * other to the backend.
 */
export function unevenTwins(operations: readonly Operation[], placeOf: (operation: Operation) => Place): readonly Problem[] {
  const byPath = new Map<string, Operation>();
  const problems: Problem[] = [];
  for (const operation of operations) {
    const key = `${operation.method} ${shape(operation.path)}`;
    const first = byPath.get(key) ?? operation;
    byPath.set(key, first);
    if ((first.access.kind === "open") === (operation.access.kind === "open")) continue;
    const both = `${operation.method} ${operation.template} and ${first.method} ${first.template} differ in the query alone, and one is open while the other needs a credential`;
    const why = "A request that names a parameter twice may be the one here and the other at the backend";
    problems.push(warning("OperationClash", placeOf(operation), `${both}. ${why}: let both need it.`));
  }
  return problems;
}

/** Operations of different documents that answer the same requests: at most one Problem for each pair of documents. */
export function clashesBetween(
  apis: readonly { readonly model: ApiModel; readonly place: (operation: Operation) => Place }[],
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, later] of apis.entries()) {
    for (const earlier of apis.slice(0, index)) {
      if (!shareHost(earlier.model, later.model)) continue;
      const taken = new Map(
        earlier.model.operations.map((operation) => [requestKey(earlier.model.basePath, operation), operation] as const),
      );
      const clash = later.model.operations.find((operation) => taken.has(requestKey(later.model.basePath, operation)));
      const other = clash && taken.get(requestKey(later.model.basePath, clash));
      if (clash === undefined || other === undefined) continue;
      const what = `${clash.method} ${clash.template} of ${later.model.name} answers the same requests as ${earlier.model.name}'s at ${showPlace(earlier.place(other))}`;
      problems.push(
        error("BasePathClash", later.place(clash), `${what}. Give one of them another \`x-portico: {basePath: ...}\` or \`hosts\`.`),
      );
    }
  }
  return problems;
}

const shareHost = (a: ApiModel, b: ApiModel): boolean =>
  a.hosts.length === 0 || b.hosts.some((host) => answersUnder(a.hosts, host)) || a.hosts.some((host) => answersUnder(b.hosts, host));
