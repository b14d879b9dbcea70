import { type Command, Option } from "commander";
import { addDocumentOptions, type DocumentOptions } from "./document-options.ts";

export interface CheckOptions extends DocumentOptions {
  readonly format: "text" | "json" | "github" | "junit";
}

const examples = `
Exits with 1 when there is an error, with 0 when there is none, warnings or not.

Examples:
  $ portico check petstore.yaml               everything that is wrong, with the lines around it
  $ portico check petstore.yaml --resources backends/
                                              with the TargetEndpoints that it names
  $ portico check *.yaml --format github      as annotations, in a GitHub workflow
  $ portico check *.yaml --format junit > report.xml
  $ portico check petstore.yaml --format json | jq '.problems[].reason'
`;

/** Adds `portico check`. */
export function addCheck(program: Command): void {
  addDocumentOptions(
    program
      .command("check")
      .summary("say everything that is wrong with documents")
      .description("Says everything that is wrong with documents and resources, all at once."),
  )
    .addOption(new Option("--format <FORMAT>", "how to say it").choices(["text", "json", "github", "junit"]).default("text"))
    .addHelpText("after", examples)
    .action(async (documents: string[], options: CheckOptions) => {
      const { checkDocuments } = await import("./check-documents.ts");
      process.exitCode = await checkDocuments(documents, options);
    });
}
