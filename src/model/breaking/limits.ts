import type { OperationContract, PromisedLimit } from "../contract.ts";
import type { Broken } from "./breaking.ts";

/** Limits that were not there, or let through less than those that were, of what is counted alike. */
export function brokenLimits({ limits: before }: OperationContract, { limits: after }: OperationContract): readonly Broken[] {
  return after.flatMap((now): readonly Broken[] => {
    const old = before.filter((one) => one.counts === now.counts);
    const [least] = old.toSorted((a, b) => rate(a) - rate(b));
    if (least === undefined) return [{ kind: "limit", message: `The limit \`${now.name}\` is new: ${amount(now)}.` }];
    if (rate(now) >= rate(least)) return [];
    return [{ kind: "limit", message: `The limit \`${now.name}\` is lower: ${amount(now)}, and it was ${amount(least)}.` }];
  });
}

const rate = ({ most, seconds }: PromisedLimit): number => most / seconds;

const amount = ({ most, seconds, measure }: PromisedLimit): string =>
  `${most} ${measure === "requests" ? "requests" : "bytes"} in ${seconds} s`;
