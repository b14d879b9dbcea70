import { isIP } from "node:net";

/** Which clients are let in by their addresses: single ones, or ranges (CIDR), of either version of IP. */
export interface AddressLists {
  /** Empty for all. */
  readonly allow: readonly string[];
  /** They count more than `allow`. */
  readonly deny: readonly string[];
}

/** The eight groups of an address of version 6 (RFC 4291, section 2.2), without the zone that it may name. */
function groupsOf(address: string): readonly string[] {
  const { hostname } = new URL(`http://[${address.split("%", 1)[0]}]`);
  const [before = [], after = []] = hostname
    .slice(1, -1)
    .split("::")
    .map((part) => part.split(":").filter(Boolean));
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after];
}

/** The address of version 4 in one of version 6 that is mapped from it (RFC 4291, section 2.5.5.2); undefined in all others. */
export function mappedIn(address: string): string | undefined {
  const groups = groupsOf(address);
  if (groups.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return undefined;
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}

/** Whom an address belongs to: of version 6 one client has a network of its own, of 64 bits (RFC 6177). */
export const networkOf = (address: string): string =>
  isIP(address) === 6 ? (mappedIn(address) ?? `${groupsOf(address).slice(0, 4).join(":")}::/64`) : address;
