import { type Command, InvalidArgumentError } from "commander";

interface TokenOptions {
  readonly scope: readonly string[];
  readonly claim: Readonly<Record<string, unknown>>;
  readonly expires: string;
}

const examples = `
Examples:
  $ portico token --scope read --scope write
  $ portico token --claim sub=ann --claim 'groups=["staff"]' --expires 5m
  $ curl -H "Authorization: Bearer $(portico token)" http://127.0.0.1:8080/pets
`;

/** Adds `portico token`. */
export function addToken(program: Command): void {
  program
    .command("token")
    .summary("print a token for `portico run --dev`")
    .description("Prints a token that gateways believe which `portico run --dev` serves on this machine, and no others.")
    .option("--scope <SCOPE>", "a scope that it has; repeat for more", (scope: string, all: readonly string[]) => [...all, scope], [])
    .option("--claim <NAME=VALUE>", "a claim; a value that is JSON is taken as such", claim, {})
    .option("--expires <DURATION>", "how long it is good", "1h")
    .addHelpText("after", examples)
    .action(async ({ scope, claim: claims, expires }: TokenOptions, command: Command) => {
      const { devIssuer } = await import("./own-issuer.ts");
      const { duration, milliseconds } = await import("../api/duration.ts");
      if (!duration.safeParse(expires).success) command.error("error: --expires takes a length of time, such as `5m`", { exitCode: 2 });
      const scopes = scope.length === 0 ? {} : { scope: scope.join(" ") };
      process.stdout.write(`${devIssuer(process.env).token({ ...scopes, ...claims }, Math.ceil(milliseconds(expires) / 1000))}\n`);
    });
}

function claim(text: string, all: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const [name = "", ...rest] = text.split("=");
  if (name === "" || rest.length === 0) throw new InvalidArgumentError("Write NAME=VALUE.");
  return { ...all, [name]: asJson(rest.join("=")) };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
