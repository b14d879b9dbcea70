import type { ApiModel, Operation } from "../../model/api.ts";
import { extension, type Message, overwriteHeader, typed } from "./json.ts";
import { type Counter, countersOf } from "./limit-counters.ts";
import { filterOf, limitFilterNames, limitsField, markingFilter, overLimitHeader, refusingFilters } from "./limit-names.ts";
import type { Part } from "./limit-parts.ts";
import { ownMetadata } from "./names.ts";
import { overLimit, saysWhy } from "./refusals.ts";

const type = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

/** The filters that count. By themselves they count nothing: what they count is in the image, with the routes. */
export const limitFilters: readonly Message[] = [
  ...limitFilterNames.map((name) => ({ ...extension(name, type, { stat_prefix: name }), disabled: true })),
];

/** More than that many values of what is counted apart push out those that were not seen for longest: they begin anew. */
const rememberedValues = 100_000;

/** What counts for the operations of a gateway, which does it for itself. */
export interface CountedOperations {
  /** What the filters do, by their names: for all routes. */
  readonly filters: Message;
  /** By which a route's metadata says what counts for it. */
  readonly metadata: ReadonlyMap<Operation, Message>;
}

/**
 * The limits that a gateway counts for itself (envoy: local_ratelimit). Each filter has all its buckets in one place, so that several routes can take from one. Which of them a route takes from
 * is in the route's metadata, in slots: so what is looked at for a request grows with the kinds of limits, and not with their number.
 */
export function countedOperations(apis: readonly ApiModel[]): CountedOperations {
  const filters = new Map<string, FilterParts>();
  const metadata = new Map<Operation, Message>();
  for (const api of apis)
    for (const operation of api.operations) {
      const counters = countersOf(api, operation, "local");
      if (counters.length > 0) metadata.set(operation, { [limitsField]: slotsOf(counters, filters) });
    }
  return { filters: Object.fromEntries([...filters].map(([name, parts]) => [name, filterConfig(name, parts)])), metadata };
}

/** What a filter is made of so far. */
interface FilterParts {
  /** Of each kind of actions, how many slots the route has that has most of them. */
  readonly kinds: Map<string, { readonly counter: Counter<"local">; slots: number }>;
  /** By what tells one from the others. */
  readonly buckets: Map<string, Message>;
}

/** Writes an operation's counters into their filters; the slots of its metadata. */
function slotsOf(counters: readonly Counter<"local">[], filters: Map<string, FilterParts>): Message {
  const slots: Record<string, string> = {};
  const taken = new Map<string, number>();
  for (const counter of counters) {
    const name = filterOf(counter.limit);
    const filter = filters.get(name) ?? { kinds: new Map(), buckets: new Map() };
    filters.set(name, filter);
    const actions = JSON.stringify(counter.parts.map(({ action }) => action));
    const kind = filter.kinds.get(actions) ?? { counter, slots: 0 };
    filter.kinds.set(actions, kind);
    const at = JSON.stringify([name, actions]);
    const slot = taken.get(at) ?? 0;
    taken.set(at, slot + 1);
    kind.slots = Math.max(kind.slots, slot + 1);
    slots[slotName(name, [...filter.kinds.keys()].indexOf(actions), slot)] = counter.bucket;
    const entries = [{ key: slotKey, value: counter.bucket }, ...counter.parts.map(entryOf)];
    filter.buckets.set(JSON.stringify(entries), bucketOf(entries, counter));
  }
  return slots;
}

const slotKey = "limit";
const slotName = (filter: string, kind: number, slot: number): string => `${limitFilterNames.indexOf(filter)}.${kind}.${slot}`;

const entryOf = ({ key, value }: Part): Message => (value === undefined ? { key } : { key, value });

const bucketOf = (entries: readonly Message[], { limit: { most, seconds, scope } }: Counter<"local">): Message => ({
  entries,
  token_bucket: { max_tokens: scope.burst, tokens_per_fill: most, fill_interval: `${seconds}s` },
});

const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };

function filterConfig(name: string, { kinds, buckets }: FilterParts): Message {
  const counted = refusingFilters.find((one) => one.name === name)?.counted;
  return typed(type, {
    stat_prefix: name,
    // Envoy wants one: it is for what no limit is for.
    token_bucket: { max_tokens: 4_294_967_295, tokens_per_fill: 4_294_967_295, fill_interval: "1s" },
    always_consume_default_token_bucket: false,
    max_dynamic_descriptors: rememberedValues,
    filter_enabled: always,
    ...(counted === undefined
      ? { request_headers_to_add_when_not_enforced: [overwriteHeader(overLimitHeader, "true")] }
      : {
          filter_enforced: always,
          enable_retry_after_header: true,
          rate_limited_as_resource_exhausted: true,
          response_headers_to_add: [saysWhy(overLimit[counted])],
        }),
    rate_limits: [...kinds.values()].flatMap(({ counter, slots }, kind) =>
      Array.from({ length: slots }, (_, slot) => ({
        actions: [fromRoute(slotName(name, kind, slot)), ...counter.parts.map(({ action }) => action)],
        ...(name === markingFilter ? {} : { x_ratelimit_option: "DRAFT_VERSION_03" }),
      })),
    ),
    descriptors: [...buckets.values()],
  });
}

/** The name that a route has in a slot; a route that has none there takes from no bucket. */
const fromRoute = (slot: string): Message => ({
  metadata: {
    descriptor_key: slotKey,
    source: "ROUTE_ENTRY",
    metadata_key: { key: ownMetadata, path: [{ key: limitsField }, { key: slot }] },
  },
});
