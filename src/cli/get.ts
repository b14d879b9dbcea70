import type { Command } from "commander";
import { addClusterOptions, type ClusterOptions } from "./cluster-options.ts";

export interface GetOptions extends ClusterOptions {
  readonly allNamespaces: boolean;
  readonly json: boolean;
}

const examples = `
Examples:
  $ portico get                               the APIs of this namespace: whether they serve, and where
  $ portico get --all-namespaces --json
`;

/** Adds `portico get`. */
export function addGet(program: Command): void {
  const command = program
    .command("get")
    .summary("list the APIs of the cluster")
    .description("Lists the APIs of a namespace, and whether they serve: as `kubectl get apis` does.")
    .option("-A, --all-namespaces", "those of all namespaces", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", examples);
  addClusterOptions(command).action(async (options: GetOptions) => {
    const { listApis } = await import("./list-apis.ts");
    process.exitCode = await listApis(options);
  });
}
