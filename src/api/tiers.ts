import type { RateLimitingSpec } from "./rate-limiting.ts";

const aMinute = (requests: number) => ({ requests, unit: "minute" }) as const;

/** The limits that are there without a RateLimiting: those of WSO2's gateway. What is counted together is said by where they are named. */
export const tiers: ReadonlyMap<string, Pick<RateLimitingSpec, "requests" | "unit">> = new Map([
  ["Gold", aMinute(5000)],
  ["Silver", aMinute(2000)],
  ["Bronze", aMinute(1000)],
  ["Unauthenticated", aMinute(500)],
  ["Default", aMinute(500)],
]);
