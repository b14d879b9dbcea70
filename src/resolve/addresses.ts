import type { z } from "zod";
import type { addressLists } from "../api/address.ts";
import type { AddressLists } from "../model/addresses.ts";

/** Lists as somebody wrote them; undefined where they keep nobody out. */
export function addressesOf(said: z.infer<typeof addressLists> | undefined): AddressLists | undefined {
  const { allow = [], deny = [] } = said ?? {};
  return allow.length + deny.length === 0 ? undefined : { allow, deny };
}
