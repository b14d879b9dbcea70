import { type Command, Option } from "commander";
import type { ReferenceScope } from "../source/documents.ts";
import { collected } from "./collected.ts";

export interface DiffOptions {
  readonly resources: readonly string[];
  readonly refs: ReferenceScope;
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
    .addOption(
      new Option("--refs <SCOPE>", "where a $ref may lead: below the document's folder, or anywhere, URLs included")
        .choices(["folder", "anywhere"])
        .default("folder"),
    )
    .option("--json", "print JSON", false)
    .addHelpText("after", examples)
    .action(async (before: string, after: string, options: DiffOptions) => {
      const { diffDocuments } = await import("./diff-documents.ts");
      process.exitCode = await diffDocuments(before, after, options);
    });
}
