import type { Command } from "commander";
import { addClusterOptions, type ClusterOptions } from "./cluster-options.ts";

const examples = `
Examples:
  $ portico delete api petstore               its gateway and its stored document go with it; images and TargetEndpoints stay
`;

/** Adds `portico delete`. */
export function addDelete(program: Command): void {
  const parent = program
    .command("delete")
    .summary("take an API out of the cluster that kubectl uses")
    .description("Takes out of the cluster that kubectl uses.")
    .addHelpText("after", examples);
  const command = parent
    .command("api <NAME>")
    .summary("take an API out of the cluster, with all that was made for it")
    .description(
      "Deletes an API. Its gateway and its stored document go with it; images stay in the registry, and what it shares with others stays.",
    )
    .addHelpText("after", examples);
  addClusterOptions(command).action(async (name: string, options: ClusterOptions) => {
    const { deleteApi } = await import("./delete-api.ts");
    process.exitCode = await deleteApi(name, options);
  });
}
