import type { Command } from "commander";

/** How registries are spoken to. */
export interface RegistryOptions {
  readonly plainHttp: boolean;
  readonly registryCa?: string;
}

/** Adds the options of a command that speaks to registries. */
export const addRegistryOptions = (command: Command): Command =>
  command
    .option("--plain-http", "speak to registries without TLS: for one of your own, on a network of your own", false)
    .option("--registry-ca <FILE>", "trust this certification authority for registries, too (PEM)");
