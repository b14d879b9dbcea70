import { type Command, InvalidArgumentError } from "commander";
import { addClusterOptions, type ClusterOptions } from "./cluster-options.ts";

export interface LogsOptions extends ClusterOptions {
  readonly follow: boolean;
  readonly tail?: number;
}

const examples = `
Examples:
  $ portico logs petstore --tail 20           the last requests that its gateway's pods answered, a line of JSON each
  $ portico logs petstore --follow            and those that come, also of pods that take the place of others
`;

/** Adds `portico logs`. */
export function addLogs(program: Command): void {
  const command = program
    .command("logs <NAME>")
    .summary("print what the gateway of an API of the cluster logs")
    .description("Prints the access log of all pods of an API's gateway, as they wrote it.")
    .option("-f, --follow", "go on with what comes, until Ctrl-C", false)
    .option("--tail <N>", "begin with the last lines of each pod", count)
    .addHelpText("after", examples);
  addClusterOptions(command).action(async (name: string, options: LogsOptions) => {
    const { showLogs } = await import("./show-logs.ts");
    process.exitCode = await showLogs(name, options);
  });
}

function count(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("Write a whole number.");
  return Number(text);
}
