import { existsSync } from "node:fs";
import type { Command } from "commander";
import { addSourceOptions, type DocumentOptions } from "./document-options.ts";

export interface ExplainOptions extends DocumentOptions {
  readonly json: boolean;
}

/** What documents are called where nobody says it, in the order in which they are looked for. */
const usualNames = ["openapi", "swagger"].flatMap((name) => ["yaml", "yml", "json"].map((end) => `${name}.${end}`));

const examples = `
Without a document the first of these in the working folder is taken: ${usualNames.join(", ")}.

Examples:
  $ portico explain GET /v1/pets/7            by openapi.yaml here
  $ portico explain GET /v1/pets/7 petstore.yaml --resources backends/
  $ portico explain POST 'https://pets.example/v1/pets?draft=1' pets.yaml shop.yaml
                                              with the host name that decides between two documents
  $ portico explain DELETE /v1/pets petstore.yaml --json | jq .answer.allow
`;

/** Adds `portico explain`. */
export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .summary("say what answers a request, and why")
    .description("Says what answers a request, and why: the operation, its policies and its backend, each with its place.")
    .argument("<METHOD>", "the request's method, such as GET")
    .argument("<PATH>", "its path with the query, or its whole URL")
    .argument("[DOC...]", "OpenAPI documents, YAML or JSON");
  addSourceOptions(command)
    .option("--json", "as JSON", false)
    .addHelpText("after", examples)
    .action(async (method: string, target: string, documents: readonly string[], options: ExplainOptions) => {
      const found = documents.length > 0 ? documents : usualNames.filter((name) => existsSync(name)).slice(0, 1);
      if (found.length === 0) command.error("error: no document is named, and none with a usual name is here", { exitCode: 2 });
      const { askedRequest } = await import("./explain/asked-request.ts");
      const request = askedRequest(method, target);
      if (request === undefined)
        return command.error(`error: '${method} ${target}' is no request; write one such as GET /v1/pets/7`, { exitCode: 2 });
      const { explainRequest } = await import("./explain-request.ts");
      process.exitCode = await explainRequest(request, found, options);
    });
}
