import { type Command, Option } from "commander";
import type { ReferenceScope } from "../source/documents.ts";
import type { SourcePaths } from "../source/gateway.ts";
import { collected } from "./collected.ts";

/** What every command that reads documents is told beside them. */
export interface DocumentOptions {
  readonly resources: readonly string[];
  readonly refs: ReferenceScope;
  readonly mock: boolean;
  /** The folder that functions are in; left out for each document's own. */
  readonly interceptors?: string;
}

/** What is read, as a command is told it. */
export const sourcePaths = (documents: readonly string[], { resources, refs, interceptors }: DocumentOptions): SourcePaths => ({
  documents,
  resources,
  references: refs,
  functions: interceptors,
});

/** A command that reads one or more documents. */
export function addDocumentOptions(command: Command): Command {
  return addSourceOptions(command.argument("<DOC...>", "OpenAPI documents, YAML or JSON"));
}

/** The options that say how documents are read, for a command that names its documents itself. */
export function addSourceOptions(command: Command): Command {
  return command
    .option("--resources <PATH>", "a file or folder with TargetEndpoints and other kinds; may be repeated", collected, [])
    .addOption(refsOption())
    .option("--interceptors <DIR>", "the folder that interceptors are in; else the document's own")
    .option("--mock", "answer from the document's examples and schemas, without a backend", false);
}

/** How far references lead. */
export const refsOption = (): Option =>
  new Option("--refs <SCOPE>", "where a $ref may lead: below the document's folder, or anywhere, URLs included")
    .choices(["folder", "anywhere"])
    .default("folder");
