import type { ApiModel, Operation } from "../../model/api.ts";
import type { Counted, Limit, LimitCondition, LimitKey, Measure, WantedValue } from "../../model/limit.ts";
import type { Place } from "../../problem.ts";
import type { Fact } from "./facts.ts";

/** The limits that count for an operation, and what names them. */
export const limitFacts = ({ limits }: ApiModel, operation: Operation, place: Place | undefined): readonly Fact[] =>
  operation.limits.flatMap((id) => limits.filter((one) => one.id === id).map((one) => ({ name: "limit", value: sentence(one), place })));

function sentence(limit: Limit): string {
  const { name, scope, conditions, needsAll, onExcess } = limit;
  return [
    `${name}: ${amount(limit)} in ${time(limit.seconds)} ${together[limit.counted]}${apart(limit.key)}`,
    ...(scope.kind === "local" && scope.burst !== limit.most ? [`${scope.burst} at once`] : []),
    ...(conditions.length === 0 ? [] : [`of those where ${conditions.map(condition).join(needsAll ? " and " : " or ")}`]),
    ...(onExcess === "mark" ? ["what is more is marked for the backend"] : []),
    ...(scope.kind === "global" ? [`counted across gateways and ${scope.onFailure} when the counter is away`] : []),
  ].join(", ");
}

function amount({ most, scope }: Limit): string {
  const { one, of } = measures[scope.kind === "local" ? "requests" : scope.measure];
  return `${most} ${one}${most === 1 ? "" : "s"}${of}`;
}

const measures: Readonly<Record<Measure, { readonly one: string; readonly of: string }>> = {
  requests: { one: "request", of: "" },
  "request-bytes": { one: "byte", of: " of requests" },
  "response-bytes": { one: "byte", of: " of answers" },
  bytes: { one: "byte", of: " of requests and answers" },
};

const together: Readonly<Record<Counted, string>> = {
  operation: "to the operation",
  api: "to all operations of the API that have it",
  subscription: "of an application to the API",
  application: "of an application",
};

function apart(key: LimitKey): string {
  switch (key.by) {
    case "none":
      return "";
    case "address":
      return ", for each address";
    case "client":
      return ", for each client";
    case "claim":
    case "header":
      return `, for each value of the ${key.by} ${key.name}`;
  }
}

const units = [
  [30 * 86_400, "month"],
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

function time(seconds: number): string {
  const [length, unit] = units.find(([one]) => seconds % one === 0) ?? [1, "second"];
  const count = seconds / length;
  return count === 1 ? `a ${unit}`.replace("a hour", "an hour") : `${count} ${unit}s`;
}

function condition(one: LimitCondition): string {
  const isNot = one.isNot ? "not " : "";
  if (one.kind === "addresses") return `${isNot}the address is in ${one.ranges.join(", ")}`;
  if (one.kind === "tier") return `${isNot}the client's tier is ${one.name}`;
  const what = `the ${one.kind === "query" ? "query parameter" : one.kind} ${one.name}`;
  return `${isNot}${what} ${wanted(one.value)}`;
}

function wanted(value: WantedValue): string {
  if (value.kind === "any") return "is there";
  return value.kind === "exact" ? `is ${value.text}` : `matches ${value.pattern}`;
}
