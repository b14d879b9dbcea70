import type { Command } from "commander";
import { collected } from "./collected.ts";
import { type DocumentOptions, refsOption } from "./document-options.ts";

export interface DiffOptions extends Pick<DocumentOptions, "resources" | "refs"> {
  readonly json: boolean;
}

const examples = `
Exits with 1 when something is broken, with 0 when nothing is.

Examples:
  $ portico diff petstore-1.0.yaml petstore-1.1.yaml
  $ portico diff old.yaml new.yaml --resources limits/   with the limits that both name
  $ portico diff old.yaml new.yaml --json | jq '.[].message'
`;

/** Adds `portico diff`. */
export function addDiff(program: Command): void {
  program
    .command("diff")
    .argument("<OLD>", "the document before")
    .argument("<NEW>", "the document after")
    .summary("say what another document breaks for clients")
    .description(
      "Says what clients of a document cannot rely on any longer: operations that are gone, parameters and members that are required now, narrower requests, other answers, credentials that are needed, and lower limits.",
    )
    .option("--resources <PATH>", "a file or folder with RateLimitings; may be repeated", collected, [])
    .addOption(refsOption())
    .option("--json", "print JSON", false)
    .addHelpText("after", examples)
    .action(async (before: string, after: string, options: DiffOptions) => {
      const { diffDocuments } = await import("./diff-documents.ts");
      process.exitCode = await diffDocuments(before, after, options);
    });
}
