import { Command, CommanderError, type Option } from "commander";
import { addAddAndUpdate, addApi } from "./add.ts";
import type { Intent } from "./apply-api.ts";
import { addBuild } from "./build.ts";
import { addCheck } from "./check.ts";
import { addCompletion } from "./completion.ts";
import { addDelete } from "./delete.ts";
import { addDiff } from "./diff.ts";
import { addExplain } from "./explain.ts";
import { addExport } from "./export.ts";
import { addGet } from "./get.ts";
import { addImage } from "./image.ts";
import { addInit } from "./init.ts";
import { addKey } from "./key.ts";
import { addLogs } from "./logs.ts";
import { addOperator } from "./operator.ts";
import { addRoutes } from "./routes.ts";
import { addRun } from "./run.ts";
import { addSchema } from "./schema.ts";
import { addStatus } from "./status.ts";
import { addToken } from "./token.ts";
import { reportUnexpected } from "./unexpected.ts";
import { version } from "./version.ts";

const examples = `
Examples:
  $ portico run petstore.yaml --mock          serve a document on this machine, with made-up answers
  $ portico check petstore.yaml               say everything that is wrong with it
  $ portico explain GET /v1/pets/7 petstore.yaml
                                              say what answers a request, and why
Each command shows examples of its own: portico run --help
`;

/** The program with all its commands. They load what they do only when they are called, so that it starts fast. */
export function makeProgram(): Command {
  const program = commandOf("portico", "Turns OpenAPI documents into running gateways.").addHelpText("after", examples);
  for (const add of [
    addRun,
    addToken,
    addKey,
    addInit,
    addCheck,
    addBuild,
    addImage,
    addAddAndUpdate,
    addDelete,
    addGet,
    addStatus,
    addLogs,
    addExport,
    addOperator,
    addRoutes,
    addExplain,
    addDiff,
    addSchema,
    addCompletion,
  ])
    add(program);
  sayWhereHelpIs(program, [program.name()]);
  return program;
}

/** The programs `kubectl-add` and `kubectl-update`, which kubectl runs for `kubectl add` and `kubectl update` (Kubernetes: "Extend kubectl with plugins"). */
export function makeKubectlPlugin(verb: Intent): Command {
  const description = verb === "add" ? "Adds APIs to the cluster that kubectl uses." : "Changes APIs in the cluster that kubectl uses.";
  const program = commandOf(`kubectl-${verb}`, description);
  addApi(program, `kubectl ${verb}`, verb);
  sayWhereHelpIs(program, ["kubectl", verb]);
  return program;
}

const commandOf = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .version(version, "-V, --version", "print the version")
    // A command's own --version is the API's.
    .enablePositionalOptions()
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [COMMAND]", "show how a command is used")
    .configureHelp({ optionDescription })
    .exitOverride()
    .configureOutput({ outputError: (message, write) => write(oneLine(name, message)) });

/** Wrong usage of a command, or of one below it, ends with where its help is. */
function sayWhereHelpIs(command: Command, names: readonly string[]): void {
  command.showHelpAfterError(`\`${names.join(" ")} --help\` shows how to use it.`);
  for (const inner of command.commands) sayWhereHelpIs(inner, [...names, inner.name()]);
}

/** What an option is for, its choices, and its default where that is something to know. */
function optionDescription({ description, argChoices, defaultValue }: Option): string {
  const isTold = typeof defaultValue === "string" || typeof defaultValue === "number";
  const more = [...(argChoices ? [argChoices.join(", ")] : []), ...(isTold ? [`default: ${defaultValue}`] : [])];
  return more.length === 0 ? description : `${description} (${more.join("; ")})`;
}

/** `error: unknown option '--prot'\n(Did you mean --port?)` as one line. */
function oneLine(program: string, message: string): string {
  const [what = "", meant] = message
    .trim()
    .replace(/^error: /, "")
    .split("\n");
  const sentence = /[.?]$/.test(what) ? what : `${what}.`;
  return `${program}: ${sentence}${meant === undefined ? "" : ` ${meant.replace(/^\((.*)\)$/, "$1")}`}\n`;
}

/** Runs the program: 2 for wrong usage, 1 for what is unexpected; undefined where the command said its exit code itself. */
export async function exitCodeOf(program: Command, args: readonly string[]): Promise<number | undefined> {
  try {
    await program.parseAsync(args, { from: "user" });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) {
      reportUnexpected(thrown);
      return 1;
    }
    return thrown.exitCode === 0 ? 0 : 2;
  }
}
