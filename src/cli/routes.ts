import type { Command } from "commander";
import { addDocumentOptions, type DocumentOptions } from "./document-options.ts";

export interface RoutesOptions extends DocumentOptions {
  readonly json: boolean;
}

const examples = `
Examples:
  $ portico routes petstore.yaml              a table of what is served
  $ portico routes pets.yaml shop.yaml --resources backends/
                                              of two documents behind one gateway
  $ portico routes petstore.yaml --json | jq -r '.[] | select(.access.kind == "open") | .path'
`;

/** Adds `portico routes`. */
export function addRoutes(program: Command): void {
  addDocumentOptions(
    program
      .command("routes")
      .summary("list the operations that documents serve")
      .description("Lists the operations that documents serve: method, path, operation, what answers, and who may call."),
  )
    .option("--json", "as a JSON array", false)
    .addHelpText("after", examples)
    .action(async (documents: string[], options: RoutesOptions) => {
      const { listRoutes } = await import("./list-routes.ts");
      process.exitCode = await listRoutes(documents, options);
    });
}
