import { Argument, type Command, InvalidArgumentError } from "commander";
import { addClusterOptions, type ClusterOptions } from "./cluster-options.ts";

/** Where keys are kept. */
export interface KeyOptions extends ClusterOptions {
  readonly secret: string;
  /** The file with the Secret; undefined for the cluster's. */
  readonly file?: string;
}

const examples = `
Examples:
  $ portico key create alice --secret partners             a key in the cluster's Secret, printed this once
  $ portico key create alice --secret partners --file keys.yaml
  $ portico key create alice --secret partners --replace   another one in its place
  $ portico key create bob --secret partners --tier gold   a client of a tier, which limits can go by
  $ portico key list --secret partners                     whose keys there are
  $ portico key revoke alice --secret partners
`;

/** Adds `portico key`. */
export function addKey(program: Command): void {
  const parent = program
    .command("key")
    .summary("make, list and revoke API keys")
    .description("Keeps the keys of a Security of the type `apiKey`: entries of a Secret, in the cluster or in a file.")
    .addHelpText("after", examples);

  withPlace(parent.command("create").addArgument(client()))
    .summary("make a client's key")
    .description("Makes a key, keeps it in the Secret, which is made where there is none, and prints it.")
    .option("--replace", "give the client another key in place of the one it has", false)
    .option("--tier <TIER>", "the tier that the client belongs to, for limits that go by it", tierName)
    .action(async (name: string, options: KeyOptions & { readonly replace: boolean; readonly tier?: string }) => {
      const { createKey } = await import("./keys/commands.ts");
      process.exitCode = await createKey(name, options);
    });

  withPlace(parent.command("list"))
    .summary("list whose keys there are")
    .description("Lists the clients that have a key. The keys themselves are not shown.")
    .option("--json", "print JSON", false)
    .action(async (options: KeyOptions & { readonly json: boolean }) => {
      const { listKeys } = await import("./keys/commands.ts");
      process.exitCode = await listKeys(options);
    });

  withPlace(parent.command("revoke").addArgument(client()))
    .summary("revoke a client's key")
    .description("Takes a client's key out of the Secret: gateways refuse it within seconds.")
    .action(async (name: string, options: KeyOptions) => {
      const { revokeKey } = await import("./keys/commands.ts");
      process.exitCode = await revokeKey(name, options);
    });
}

const withPlace = (command: Command): Command =>
  addClusterOptions(
    command
      .requiredOption("--secret <NAME>", "the Secret that the Security names in `apiKey.keys`")
      .option("--file <FILE>", "a file that holds this Secret and nothing else; else the cluster's is meant"),
  ).addHelpText("after", examples);

const client = (): Argument => new Argument("<CLIENT>", "the client's name").argParser(clientName);

function tierName(text: string): string {
  if (!/^[\x21-\x7e]{1,256}$/.test(text)) throw new InvalidArgumentError("Take visible characters, without blanks.");
  return text;
}

/** What an entry of a Secret may be called (Kubernetes: Secret, `data`). */
function clientName(text: string): string {
  if (!/^[-._a-zA-Z0-9]{1,253}$/.test(text) || text === "." || text.startsWith(".."))
    throw new InvalidArgumentError("Take letters, digits, dots, dashes and underscores.");
  return text;
}
