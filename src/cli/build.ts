import { type Command, InvalidArgumentError } from "commander";
import type { ServiceAddress } from "../compile/engine.ts";
import { addSourceOptions, type DocumentOptions } from "./document-options.ts";
import { ratelimitOption } from "./ratelimit-option.ts";
import { addTraceOptions, type TraceOptions } from "./trace-options.ts";

export interface BuildOptions extends DocumentOptions, TraceOptions {
  readonly out?: string;
  readonly project?: string;
  readonly fromProject?: string;
  readonly expect?: string;
  readonly force: boolean;
  readonly ratelimit?: ServiceAddress;
}

const examples = `
The folder gets image/, which is the same in every environment, and mounted/, which holds the environment's addresses. The gateway
listens on 0.0.0.0:8080, and on 0.0.0.0:8081 for /livez, /readyz and /metrics. A project is what image/ is made from, without any
document at hand: gateway.yaml, policies.yaml and definition/.

Examples:
  $ portico build petstore.yaml --out gateway
  $ portico build petstore.yaml --resources backends/ --out gateway
  $ cd gateway && envoy -c mounted/bootstrap.json
                                              Envoy serves it from that folder
  $ portico build petstore.yaml --project petstore
  $ portico build --from-project petstore --out gateway
                                              image/ alone, the same bytes as from the document
`;

/** Adds `portico build`. */
export function addBuild(program: Command): void {
  addTraceOptions(
    addSourceOptions(
      program
        .command("build")
        .summary("write the gateway's files into a folder")
        .description("Compiles documents and writes the gateway's files into a folder: all of them, or none.")
        .argument("[DOC...]", "OpenAPI documents, YAML or JSON"),
    ),
  )
    .option("--out <DIR>", "the folder to write; it is made where there is none", folder)
    .option("--project <DIR>", "the folder to write the gateway's project into", folder)
    .option("--from-project <DIR>", "read a project in place of documents, and write image/ alone", folder)
    .option("--expect <HASH>", "with --from-project: fail where it makes other files than those of this SHA-256")
    .addOption(ratelimitOption())
    .option("--force", "write into a folder that holds other things; they stay, but for what is written", false)
    .addHelpText("after", examples)
    .action(async (documents: string[], options: BuildOptions, command: Command) => {
      const wrong = wrongUsage(documents, options);
      if (wrong !== undefined) command.error(`error: ${wrong}`, { exitCode: 2 });
      const { build } = await import("./build-gateway.ts");
      process.exitCode = await build(documents, options);
    });
}

/** What does not go together, in one sentence. */
function wrongUsage(documents: readonly string[], { out, project, fromProject, expect }: BuildOptions): string | undefined {
  if (fromProject !== undefined && (documents.length > 0 || project !== undefined))
    return "--from-project takes the place of documents: name no document, and no --project";
  if (fromProject === undefined && expect !== undefined) return "--expect goes with --from-project: name the project, or leave it out";
  if (fromProject === undefined && documents.length === 0) return "missing required argument 'DOC'";
  if (out === undefined && project === undefined) return "say where to write: --out <DIR>, or --project <DIR>";
  return undefined;
}

/** An empty name is a variable that is not set, and would be the working folder. */
function folder(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Name a folder.");
  return text;
}
