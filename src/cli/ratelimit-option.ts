import { Option } from "commander";
import { serviceAddress } from "./service-address.ts";

/** The option that names what counts limits for all gateways. */
export const ratelimitOption = (): Option =>
  new Option("--ratelimit <HOST:PORT>", "the service that counts limits across gateways (envoyproxy/ratelimit)").argParser(serviceAddress);
