/** Which clients are let in by their addresses: single ones, or ranges (CIDR), of either version of IP. */
export interface AddressLists {
  /** Empty for all. */
  readonly allow: readonly string[];
  /** They count more than `allow`. */
  readonly deny: readonly string[];
}
