import { isIP } from "node:net";
import type { AddressLists } from "../../model/addresses.ts";
import { discoveryFile, extension, type Message, typed, watchedFile } from "./json.ts";
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
        [addressesFilter]: typed("envoy.config.route.v3.FilterConfig", {
          config: typed("envoy.extensions.filters.http.rbac.v3.RBACPerRoute", { rbac: { rules: keptOut(lists) } }),
        }),
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

/** An address as it stands in a list: of either version, and without a port. */
const anAddress = String.raw`\s*(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*(?:\d{1,3}(?:\.\d{1,3}){3})?)\s*`;

/** Addresses and ranges, as whom requests may come from. */
export const addressRanges = (ranges: readonly string[]): readonly Message[] => ranges.flatMap(range);

/** An address of version 4 may come written as one of version 6 (RFC 4291, section 2.5.5.2). */
function range(text: string): readonly Message[] {
  const [address = "", length] = text.split("/");
  const ip = (prefix: string, bits: number): Message => ({ remote_ip: { address_prefix: prefix, prefix_len: bits } });
  if (isIP(address) !== 4) return [ip(address, Number(length ?? 128))];
  const bits = Number(length ?? 32);
  return [ip(address, bits), ip(`::ffff:${address}`, 96 + bits)];
}
