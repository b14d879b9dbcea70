import { nodeAddress } from "./place.ts";

/** The commands that give a node its network: one bridge with the node's address, and nothing that leads out of it. */
export const networkCommands: readonly (readonly string[])[] = [
  ["ip", "link", "set", "lo", "up"],
  ["ip", "link", "add", "node0", "type", "bridge"],
  ["ip", "address", "add", `${nodeAddress}/24`, "dev", "node0"],
  ["ip", "link", "set", "node0", "up"],
  ["ip", "route", "add", "default", "dev", "node0"],
  ["sysctl", "-qw", "net.ipv4.ip_forward=1"],
];
