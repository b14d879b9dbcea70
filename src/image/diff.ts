import { isDeepStrictEqual } from "node:util";
import type { ImageContents, ImageOperation } from "./contents.ts";

/** A policy of an operation in two images; undefined where it is not there. */
interface ChangedPolicy {
  readonly policy: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** How an operation differs between two images. */
export interface ChangedOperation {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  /** Of one that was changed; its name counts as one. */
  readonly policies: readonly ChangedPolicy[];
}

/** The operations that two images do not have alike, in the order of the second, and then those that it has no more. */
export function changedOperations(
  { operations: before }: ImageContents,
  { operations: after }: ImageContents,
): readonly ChangedOperation[] {
  const apis = [...new Set([...after.keys(), ...before.keys()])];
  return apis.flatMap((api) => changesOf(api, byRequest(before.get(api) ?? []), byRequest(after.get(api) ?? [])));
}

/** Operations by what they answer to; the name may change. */
const byRequest = (operations: readonly ImageOperation[]): ReadonlyMap<string, ImageOperation> =>
  new Map(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const));

function changesOf(
  api: string,
  before: ReadonlyMap<string, ImageOperation>,
  after: ReadonlyMap<string, ImageOperation>,
): readonly ChangedOperation[] {
  const one = ({ method, path }: ImageOperation, change: ChangedOperation["change"], policies: readonly ChangedPolicy[] = []) => ({
    api,
    method,
    path,
    change,
    policies,
  });
  const inAfter = [...after].flatMap(([request, operation]) => {
    const old = before.get(request);
    if (old === undefined) return [one(operation, "added")];
    const policies = changedPolicies({ operation: old.id, ...old.policies }, { operation: operation.id, ...operation.policies });
    return policies.length === 0 ? [] : [one(operation, "changed", policies)];
  });
  const gone = [...before].filter(([request]) => !after.has(request)).map(([, operation]) => one(operation, "removed"));
  return [...inAfter, ...gone];
}

function changedPolicies(before: ImageOperation["policies"], after: ImageOperation["policies"]): readonly ChangedPolicy[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((policy) => ({ policy, before: own(before, policy), after: own(after, policy) }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}

const own = (policies: ImageOperation["policies"], name: string): unknown => (Object.hasOwn(policies, name) ? policies[name] : undefined);
