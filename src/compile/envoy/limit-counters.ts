import type { ApiModel, Operation } from "../../model/api.ts";
import type { Limit, LimitScope } from "../../model/limit.ts";
import { securitiesIn } from "../../model/security.ts";
import { addressListsOf } from "./limit-addresses.ts";
import { conditionParts, keyParts, type Part } from "./limit-parts.ts";
import { speaking } from "./speaking.ts";

/** A way in which requests of an operation are counted: the bucket they take from, and what tells which of its shares. */
export interface Counter<Kind extends LimitScope["kind"]> {
  readonly limit: ScopedLimit<Kind>;
  /** Unique in a gateway. */
  readonly bucket: string;
  readonly parts: readonly Part[];
}

/** A limit whose counting is of one kind. */
export type ScopedLimit<Kind extends LimitScope["kind"]> = Limit & { readonly scope: Extract<LimitScope, { readonly kind: Kind }> };

/** The limits of an operation. */
export const limitsOf = (api: ApiModel, operation: Operation): readonly Limit[] =>
  operation.limits.flatMap((id) => api.limits.find((one) => one.id === id) ?? []);

/** All ways in which an operation's requests are counted, by those limits whose counting is of one kind. */
export function countersOf<Kind extends LimitScope["kind"]>(api: ApiModel, operation: Operation, kind: Kind): readonly Counter<Kind>[] {
  const alternatives = operation.access.kind === "protected" ? operation.access.alternatives : [];
  const securities = securitiesIn(alternatives).flatMap((name) => api.securities.find((one) => one.name === name) ?? []);
  const limits = limitsOf(api, operation);
  const asker = { securities, speaks: speaking(alternatives, api.securities), addressLists: addressListsOf(limits) };
  const isOfKind = (limit: Limit): limit is ScopedLimit<Kind> => limit.scope.kind === kind;
  return limits.filter(isOfKind).flatMap((limit) => {
    const bucket = bucketOf(api, operation, limit);
    const which = conditionParts(limit.conditions, limit.needsAll, asker);
    const apart = keyParts(limit.key, asker);
    return which.flatMap((conditions) => apart.map((key) => ({ limit, bucket, parts: [...conditions, ...key] })));
  });
}

/** An application is the same for all APIs of a gateway; whatever else is counted is one API's. */
function bucketOf(api: ApiModel, operation: Operation, limit: Limit): string {
  switch (limit.counted) {
    case "application":
      return JSON.stringify([limit.id]);
    case "operation":
      return JSON.stringify([limit.id, api.name, operation.id]);
    default:
      return JSON.stringify([limit.id, api.name]);
  }
}
