import { isIPv6 } from "node:net";
import { InvalidArgumentError, Option } from "commander";
import type { LimitsService } from "../compile/engine.ts";

/** The option that names what counts limits for all gateways. */
export const ratelimitOption = (): Option =>
  new Option("--ratelimit <HOST:PORT>", "the service that counts limits across gateways (envoyproxy/ratelimit)").argParser(service);

function service(text: string): LimitsService {
  const [, six, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([a-zA-Z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? name;
  const port = Number(digits);
  if (host === undefined || (six !== undefined && !isIPv6(six)) || !(port >= 1 && port <= 65_535))
    throw new InvalidArgumentError("Write a host and a port, such as ratelimit.limits.svc:8081.");
  return { host, port };
}

/** As it is written on a command line. */
export const hostAndPort = ({ host, port }: LimitsService): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;
