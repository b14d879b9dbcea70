import { type Command, Option } from "commander";
import { addClusterOptions, type ClusterOptions } from "./cluster-options.ts";

export interface ExportOptions extends ClusterOptions {
  readonly output: "yaml" | "json";
}

const examples = `
Examples:
  $ portico export petstore > petstore.yaml   the image by its digest, and the backends that it needs: for git, or for the next environment
  $ portico export petstore --namespace qa | kubectl apply --namespace production --filename -
`;

/** Adds `portico export`. */
export function addExport(program: Command): void {
  const command = program
    .command("export <NAME>")
    .summary("print an API of the cluster, pinned, for the next environment")
    .description("Prints what another environment applies to serve the image that an API serves here.")
    .addOption(new Option("-o, --output <FORMAT>", "how it is printed").choices(["yaml", "json"]).default("yaml"))
    .addHelpText("after", examples);
  addClusterOptions(command).action(async (name: string, options: ExportOptions) => {
    const { exportApi } = await import("./export-api.ts");
    process.exitCode = await exportApi(name, options);
  });
}
