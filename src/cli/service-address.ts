import { isIPv6 } from "node:net";
import { InvalidArgumentError } from "commander";
import type { ServiceAddress } from "../compile/engine.ts";

/** Reads `HOST:PORT` of a command line, an IPv6 address in brackets. */
export function serviceAddress(text: string): ServiceAddress {
  const [, six, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([a-zA-Z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? name;
  const port = Number(digits);
  if (host === undefined || (six !== undefined && !isIPv6(six)) || !(port >= 1 && port <= 65_535))
    throw new InvalidArgumentError("Write a host and a port, such as ratelimit.limits.svc:8081.");
  return { host, port };
}

/** As it is written on a command line. */
export const hostAndPort = ({ host, port }: ServiceAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;
