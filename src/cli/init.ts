import type { Command } from "commander";

const examples = `
Examples:
  $ portico init interceptor                  interceptor.ts, portico.d.ts and interceptor.test.ts, here
  $ portico init interceptor functions/auth.ts
  $ node --test functions/auth.test.ts        on Node 24 or newer
`;

/** Adds `portico init` and what is below it. */
export function addInit(program: Command): void {
  const init = program
    .command("init")
    .summary("write the first lines of something")
    .description("Writes the first lines of something of one's own.")
    .addHelpText("after", examples);
  init
    .command("interceptor")
    .summary("write functions that see messages, with a test")
    .description(
      "Writes a file with a function for requests and one for responses, its types, and a test of it. Nothing that is there is written over.",
    )
    .argument("[FILE]", "the file, which ends with .ts", "interceptor.ts")
    .addHelpText("after", examples)
    .action(async (file: string) => {
      const { writeInterceptor } = await import("./init/write-interceptor.ts");
      process.exitCode = await writeInterceptor(file);
    });
}
