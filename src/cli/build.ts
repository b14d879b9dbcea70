import { type Command, InvalidArgumentError } from "commander";
import { addDocumentOptions, type DocumentOptions } from "./document-options.ts";

export interface BuildOptions extends DocumentOptions {
  readonly out: string;
  readonly force: boolean;
}

const examples = `
The folder gets image/, which is the same in every environment, and mounted/, which holds the environment's addresses. The gateway
listens on 0.0.0.0:8080, and on 0.0.0.0:8081 for /livez, /readyz and /metrics.

Examples:
  $ portico build petstore.yaml --out gateway
  $ portico build petstore.yaml --resources backends/ --out gateway
  $ cd gateway && envoy -c mounted/bootstrap.json
                                              Envoy serves it from that folder
`;

/** Adds `portico build`. */
export function addBuild(program: Command): void {
  addDocumentOptions(
    program
      .command("build")
      .summary("write the gateway's files into a folder")
      .description("Compiles documents and writes the gateway's files into a folder: all of them, or none."),
  )
    .requiredOption("--out <DIR>", "the folder to write; it is made where there is none", folder)
    .option("--force", "write into a folder that holds other things; they stay, but for image/ and mounted/", false)
    .addHelpText("after", examples)
    .action(async (documents: string[], options: BuildOptions) => {
      const { buildGateway } = await import("./build-gateway.ts");
      process.exitCode = await buildGateway(documents, options);
    });
}

/** An empty name is a variable that is not set, and would be the working folder. */
function folder(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Name a folder.");
  return text;
}
