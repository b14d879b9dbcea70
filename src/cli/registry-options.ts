import type { Command } from "commander";
import { collected } from "./collected.ts";

/** How registries are spoken to. */
export interface RegistryOptions {
  readonly plainHttp: boolean;
  readonly plainHttpRegistry: readonly string[];
  readonly registryCa?: string;
}

/** Adds the options of a command that speaks to registries. */
export const addRegistryOptions = (command: Command): Command =>
  command
    .option("--plain-http", "speak to all registries without TLS: for those of your own, on a network of your own", false)
    .option("--plain-http-registry <HOST>", "speak to this one without TLS, and to others with it; may be repeated", collected, [])
    .option("--registry-ca <FILE>", "trust this certification authority for registries, too (PEM)");
