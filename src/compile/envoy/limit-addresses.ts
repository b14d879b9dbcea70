import { type Limit, mostAddressLists } from "../../model/limit.ts";
import { addressRanges } from "./client-addresses.ts";
import { rbacMetadata } from "./credential-names.ts";
import { extension, type Message, onRoute, typed } from "./json.ts";
import { rbacType } from "./names.ts";

const filterName = (index: number): string => `portico.limits.addresses.${index}`;
const prefix = (index: number): string => `@addresses${index}.`;

/** The filters that look whether the client's address is in a list, for the limits behind them. They refuse nobody (envoy: rbac, shadow rules). */
export const addressListFilters: readonly Message[] = Array.from({ length: mostAddressLists }, (_, index) => ({
  ...extension(filterName(index), rbacType),
  disabled: true,
}));

/** The lists that some limits ask for, each once. */
export const addressListsOf = (limits: readonly Limit[]): readonly (readonly string[])[] => {
  const all = limits.flatMap(({ conditions }) => conditions.flatMap((one) => (one.kind === "addresses" ? [one.ranges] : [])));
  return [...new Map(all.map((ranges) => [ranges.join(), ranges] as const)).values()];
};

/** What the routes of an operation switch on, so that its lists are looked at. */
export const addressListRules = (lists: readonly (readonly string[])[]): Message =>
  Object.fromEntries(
    lists.map((ranges, index) => {
      const policies = { listed: { permissions: [{ any: true }], principals: addressRanges(ranges) } };
      const rbac = { shadow_rules: { action: "ALLOW", policies }, shadow_rules_stat_prefix: prefix(index) };
      const config = typed("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", { rbac });
      return [filterName(index), onRoute(config)];
    }),
  );

/** That the client's address is in a list, in CEL. */
export function isListed(lists: readonly (readonly string[])[], ranges: readonly string[]): string {
  const index = lists.findIndex((one) => one.join() === ranges.join());
  return `metadata.filter_metadata["${rbacMetadata}"]["${prefix(index)}shadow_engine_result"] == "allowed"`;
}
