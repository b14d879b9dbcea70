import type { Command } from "commander";
import { addClusterOptions, type ClusterOptions } from "./cluster-options.ts";

export interface StatusOptions extends ClusterOptions {
  readonly json: boolean;
}

const examples = `
Examples:
  $ portico status petstore                   whether it serves, and if not, what it stands at
  $ portico status petstore --json || echo "It does not serve."
`;

/** Adds `portico status`. */
export function addStatus(program: Command): void {
  const command = program
    .command("status <NAME>")
    .summary("say whether an API of the cluster serves, and if not, why")
    .description(
      "Says how far an API of the cluster is, and how its backends are. Exits with 0 where it serves, and with 1 where it does not.",
    )
    .option("--json", "print JSON", false)
    .addHelpText("after", examples);
  addClusterOptions(command).action(async (name: string, options: StatusOptions) => {
    const { showStatus } = await import("./show-status.ts");
    process.exitCode = await showStatus(name, options);
  });
}
