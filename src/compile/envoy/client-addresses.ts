import { isIP } from "node:net";
import { type AddressLists, mappedIn } from "../../model/addresses.ts";
import { discoveryFile, extension, type Message, onRoute, typed, watchedFile } from "./json.ts";
import { rbacType } from "./names.ts";

/** The filter of lists that routes have, and that of the lists of all that is served here. */
const addressesFilter = "portico.addresses";
const everywhereFilter = "portico.addresses.everywhere";

/** What an access log and an answer know the refusal by. */
export const addressPolicy = "@address";

const file = "addresses.json";

/** The filters that look where requests come from, before anything looks at credentials. `everywhere` are the lists of the environment. */
export const addressFilters = (everywhere: AddressLists | undefined): readonly Message[] => [
  ...(everywhere === undefined
    ? []
    : [
        {
          name: everywhereFilter,
          config_discovery: { config_source: watchedFile("mounted", file), type_urls: [`type.googleapis.com/${rbacType}`] },
        },
      ]),
  { ...extension(addressesFilter, rbacType), disabled: true },
];

/** The environment's own lists: a file of its own, so that a change of them leaves connections as they are. */
export const addressesFile = (everywhere: AddressLists | undefined): readonly (readonly [string, string])[] =>
  everywhere === undefined
    ? []
    : [
        [
          `mounted/${file}`,
          discoveryFile("envoy.config.core.v3.TypedExtensionConfig", [
            extension(everywhereFilter, rbacType, { rules: keptOut(everywhere) }),
          ]),
        ],
      ];

/** What the route of an operation with lists of its own switches on. */
export const addressRules = (lists: AddressLists | undefined): Message =>
  lists === undefined
    ? {}
    : {
        [addressesFilter]: onRoute(typed("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", { rbac: { rules: keptOut(lists) } })),
      };

/**
 * The address is the client's own as far as trusted proxies say it (envoy: rbac.v3.Principal.remote_ip). What a proxy wrote that is no address would leave its own in the
 * client's place.
 */
function keptOut({ allow, deny }: AddressLists): Message {
  const principals = [
    ...addressRanges(deny),
    ...(allow.length === 0 ? [] : [{ not_id: { or_ids: { ids: addressRanges(allow) } } }]),
    { header: { name: "x-forwarded-for", string_match: { safe_regex: { regex: `${anAddress}(?:,${anAddress})*` } }, invert_match: true } },
  ];
  return { action: "DENY", policies: { [addressPolicy]: { permissions: [{ any: true }], principals } } };
}

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const four = String.raw`${octet}(?:\.${octet}){3}`;
const group = "[0-9a-fA-F]{1,4}";
/** So many groups, and then what may follow a gap, or its end (RFC 4291, section 2.2). */
const six = [
  `(?:${group}:){7}(?:${group}|:)`,
  `(?:${group}:){6}(?:${four}|:${group}|:)`,
  ...[5, 4, 3, 2, 1].map((before) => `(?:${group}:){${before}}${afterGap(7 - before)}`),
  `:${afterGap(7)}`,
].join("|");

function afterGap(most: number): string {
  return `(?:(?::${group}){0,${most - 2}}:${four}|(?::${group}){1,${most}}|:)`;
}

/** An address as it stands in a list: of either version, and without a port. */
const anAddress = String.raw`\s*(?:${four}|${six})\s*`;

/** Addresses and ranges, as whom requests may come from. */
export const addressRanges = (ranges: readonly string[]): readonly Message[] => ranges.flatMap(range);

/** An address of version 4 may come written as one of version 6 (RFC 4291, section 2.5.5.2). */
function range(text: string): readonly Message[] {
  const [address = "", length] = text.split("/");
  const ip = (prefix: string, bits: number): Message => ({ remote_ip: { address_prefix: prefix, prefix_len: bits } });
  if (isIP(address) !== 4) {
    const bits = Number(length ?? 128);
    const four = mappedIn(address);
    return [ip(address, bits), ...(four === undefined || bits < 96 ? [] : [ip(four, bits - 96)])];
  }
  const bits = Number(length ?? 32);
  return [ip(address, bits), ip(`::ffff:${address}`, 96 + bits)];
}
