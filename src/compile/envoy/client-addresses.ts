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

/** The address is the client's own as far as trusted proxies say it (envoy: rbac.v3.Principal.remote_ip). */
function keptOut({ allow, deny }: AddressLists): Message {
  const principals = [...addressRanges(deny), ...(allow.length === 0 ? [] : [{ not_id: { or_ids: { ids: addressRanges(allow) } } }])];
  return { action: "DENY", policies: { [addressPolicy]: { permissions: [{ any: true }], principals } } };
}

/** Addresses and ranges, as whom requests may come from. */
export const addressRanges = (ranges: readonly string[]): readonly Message[] => ranges.map(range);

function range(text: string): Message {
  const [address = "", length] = text.split("/");
  const whole = isIP(address) === 4 ? 32 : 128;
  return { remote_ip: { address_prefix: address, prefix_len: length === undefined ? whole : Number(length) } };
}
