import assert from "node:assert/strict";
import { it } from "node:test";
import { networkOf } from "./addresses.ts";

it("an address of version 6 is one of its network, and one that is mapped from version 4 is that", () => {
  const networks = {
    "192.0.2.1": "192.0.2.1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "::ffff:c000:201": "192.0.2.1",
    "2001:db8:0:1::7": "2001:db8:0:1::/64",
    "2001:DB8:0:1:ffff:ffff:ffff:ffff": "2001:db8:0:1::/64",
    "2001:db8::": "2001:db8:0:0::/64",
    "::1": "0:0:0:0::/64",
    "1:2:3:4:5:6:7::": "1:2:3:4::/64",
    "fe80::1%eth0": "fe80:0:0:0::/64",
    "": "",
    unknown: "unknown",
  };
  for (const [address, network] of Object.entries(networks)) assert.equal(networkOf(address), network, address);
});
