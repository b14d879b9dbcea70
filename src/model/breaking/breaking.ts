import type { ApiContract, OperationContract } from "../contract.ts";
import { shape } from "../path.ts";
import { brokenAccess } from "./access.ts";
import { brokenLimits } from "./limits.ts";
import { brokenAnswers, brokenRequests } from "./messages.ts";

/** Something that clients could rely on, and cannot any longer. */
export interface BreakingChange {
  readonly kind: BreakingKind;
  /** `GET /v1/pets/{id}`, as it was. */
  readonly operation: string;
  /** What is broken, in words. */
  readonly message: string;
  /** Where it is said now; of an operation that is gone, where it was. */
  readonly where: OperationContract["where"];
  /** Which document that is. */
  readonly in: "before" | "after";
}

type BreakingKind = "operation" | "parameter" | "body" | "answer" | "security" | "limit";

/** What an operation does not keep of what it promised. */
export type Broken = Pick<BreakingChange, "kind" | "message">;

/** What an update breaks for clients: all of it, in the order of the document before. Pure. */
export function breakingChanges(before: ApiContract, after: ApiContract): readonly BreakingChange[] {
  const now = new Map(after.operations.map((one) => [requestOf(after, one), one] as const));
  return before.operations.flatMap((old): readonly BreakingChange[] => {
    const operation = `${old.method} ${old.template}`;
    const found = now.get(requestOf(before, old));
    if (found === undefined) return [{ kind: "operation", operation, message: "The operation is gone.", where: old.where, in: "before" }];
    const [one, other] = [
      { operation: old, schemas: before.schemas },
      { operation: found, schemas: after.schemas },
    ];
    const broken = [...brokenAccess(old, found), ...brokenLimits(old, found), ...brokenRequests(one, other), ...brokenAnswers(one, other)];
    return broken.map((change) => ({ ...change, operation, where: found.where, in: "after" }));
  });
}

/** What tells which requests an operation answers: names of parameters in its path do not. */
const requestOf = ({ basePath }: ApiContract, { method, path, query }: OperationContract): string =>
  JSON.stringify([method, basePath + shape(path), query]);
