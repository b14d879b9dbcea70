import { Argument, type Command, InvalidArgumentError } from "commander";
import { suggest } from "../text/suggest.ts";

/** What there is a schema for; the same as `editorSchemaNames`, written out so that nothing has to be loaded to offer them. */
export const schemaNames = ["API", "TargetEndpoint", "RateLimiting", "Security", "x-portico", "x-portico-operation"] as const;

type SchemaName = (typeof schemaNames)[number];

const examples = `
Examples:
  $ portico schema                            the names of what there is a schema for
  $ portico schema x-portico > x-portico.schema.json
                                              for an editor: what may stand in \`x-portico\` beside info
  $ portico schema TargetEndpoint             of a kind
`;

/** Adds `portico schema`. */
export function addSchema(program: Command): void {
  program
    .command("schema")
    .summary("print the JSON Schema of a kind or of x-portico")
    .description("Prints the JSON Schema of a kind, or of `x-portico`, for editors; without a name the names there are.")
    .addArgument(new Argument("[NAME]", "what the schema is of").choices(schemaNames).argParser(schemaName))
    .addHelpText("after", examples)
    .action(async (name: SchemaName | undefined) => {
      const { printSchema } = await import("./print-schema.ts");
      printSchema(name);
    });
}

function schemaName(text: string): SchemaName {
  const exact = schemaNames.find((name) => name.toLowerCase() === text.toLowerCase());
  if (exact !== undefined) return exact;
  const meant = suggest(text, schemaNames);
  throw new InvalidArgumentError(meant === undefined ? `There are ${schemaNames.join(", ")}.` : `Did you mean ${meant}?`);
}
