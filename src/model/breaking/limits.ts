import type { OperationContract } from "../contract.ts";
import type { Limit } from "../limit.ts";
import type { Broken } from "./breaking.ts";

/** Limits that were not there, or let through less than those that were, of what is counted alike. */
export function brokenLimits({ limits: before }: OperationContract, { limits: after }: OperationContract): readonly Broken[] {
  return after.flatMap((now): readonly Broken[] => {
    if (now.onExcess === "mark") return [];
    const old = before.filter((one) => one.onExcess === "refuse" && alike(one) === alike(now));
    const [least] = old.toSorted((a, b) => rate(a) - rate(b));
    if (least === undefined) return [{ kind: "limit", message: `The limit \`${now.name}\` is new: ${amount(now)}.` }];
    if (rate(now) >= rate(least)) return [];
    return [{ kind: "limit", message: `The limit \`${now.name}\` is lower: ${amount(now)}, and it was ${amount(least)}.` }];
  });
}

const rate = ({ most, seconds }: Limit): number => most / seconds;

const measure = ({ scope }: Limit): string => (scope.kind === "local" ? "requests" : scope.measure);

/** What must be the same for two limits to be compared. */
const alike = (limit: Limit): string => JSON.stringify([limit.counted, measure(limit), limit.key, limit.conditions, limit.needsAll]);

const amount = (limit: Limit): string => `${limit.most} ${measure(limit) === "requests" ? "requests" : "bytes"} in ${limit.seconds} s`;
