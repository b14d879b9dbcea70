import { type Command, InvalidArgumentError, Option } from "commander";
import type { Intent } from "./apply-api.ts";
import { addClusterOptions, type ClusterOptions } from "./cluster-options.ts";

/** What an API is given beside its documents. */
export interface AddApiOptions extends ClusterOptions {
  readonly fromFile: readonly string[];
  readonly resources: readonly string[];
  readonly version?: string;
  readonly replicas?: number;
  readonly mode?: string;
  readonly image?: string;
  readonly env: readonly string[];
  readonly interceptors?: string;
  readonly builder?: "kaniko" | "layer" | "none";
  readonly host: readonly string[];
  readonly expose?: "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress";
  readonly override: boolean;
  readonly wait: boolean;
  readonly makeSecrets: boolean;
  readonly buildLog: boolean;
  readonly timeout: number;
  readonly dryRun?: "client" | "server";
  readonly output?: "yaml" | "json";
}

const examples = (program: string): string => `
Examples:
  $ ${program} api petstore --from-file=petstore.yaml
  $ ${program} api petstore --from-file=petstore.yaml --resources=backends/ --replicas=2
  $ ${program} api petstore --image=registry.example/apis/petstore:1.0.0
                                              the image that another environment serves
  $ ${program} api petstore --from-file=petstore.yaml --dry-run=client --output=yaml > petstore-api.yaml
                                              print what would be applied
`;

/** Adds `portico add` and `portico update`. */
export function addAddAndUpdate(program: Command): void {
  const verbs = [
    ["add", "serve an API in the cluster that kubectl uses", "Adds to the cluster that kubectl uses."],
    ["update", "change an API in the cluster that kubectl uses", "Changes what is in the cluster that kubectl uses."],
  ] as const;
  for (const [verb, summary, description] of verbs) {
    const examples = `\nExamples:\n  $ portico ${verb} api petstore --from-file=petstore.yaml\n`;
    addApi(program.command(verb).summary(summary).description(description).addHelpText("after", examples), `portico ${verb}`, verb);
  }
}

const summaries = {
  add: "serve an API in the cluster, from its OpenAPI document",
  update: "let an API in the cluster serve another document",
};
const descriptions = {
  add: "Stores the document in the cluster, adds an API, and waits until its gateway serves.",
  update:
    "Stores the document in place of the one that is there, and waits until the API serves it. Without a document that stays as it is. Under the same version its tag moves to the new image; with another --version a new image stands beside the old one.",
};

/** Adds `api` to a verb: of `portico add`, say, and of `kubectl add`, for which kubectl runs `kubectl-add`. */
export function addApi(parent: Command, program: string, intent: Intent): void {
  const command = parent.command("api <NAME>").summary(summaries[intent]).description(descriptions[intent]);
  addApiOptions(command)
    .addHelpText("after", examples(program))
    .action(async (name: string, options: AddApiOptions, own: Command) => {
      const wrong = wrongUsage(options, intent);
      if (wrong !== undefined) own.error(`error: ${wrong}`, { exitCode: 2 });
      const { applyApi } = await import("./apply-api.ts");
      process.exitCode = await applyApi(name, options, intent);
    });
}

/** What does not go together, in one sentence. */
function wrongUsage({ fromFile, image, override }: AddApiOptions, intent: Intent): string | undefined {
  // What is left unsaid of an API that is there stays as it is, its documents too.
  if (fromFile.length === 0 && image === undefined && intent === "add")
    return "nothing says which document: name one with --from-file=petstore.yaml, or an image with --image";
  if (fromFile.length > 0 && image !== undefined)
    return "an image has its documents in it: name a document with --from-file, or an image with --image";
  if (override && fromFile.length === 0) return "--override builds a document anew: name it with --from-file";
  return undefined;
}

/** The options of an API that is added, and of one that is updated. */
const addApiOptions = (command: Command): Command =>
  addClusterOptions(
    command
      .option(
        "-f, --from-file <PATH>",
        "the OpenAPI document, YAML or JSON, or a folder with documents and resources; may be repeated",
        collected,
        [],
      )
      .option("--image <IMAGE>", "serve a gateway's image that is there already, in place of a document: nothing is built")
      .option(
        "--resources <PATH>",
        "a file or folder with TargetEndpoints and other kinds, which are applied first; may be repeated",
        collected,
        [],
      )
      .option("--version <VERSION>", "the API's version, which is the image's tag; else the document's info.version")
      .option("--replicas <N>", "how many pods the gateway has", count)
      .addOption(new Option("--mode <MODE>", "where deployed backends run").choices(["shared", "privateJet", "sidecar"]))
      .addOption(
        new Option("--builder <BUILDER>", "what builds the image; else the operator's choice").choices(["kaniko", "layer", "none"]),
      )
      .option("--host <NAME>", "a host name under which the API is reached; may be repeated", collected, [])
      .addOption(new Option("--expose <HOW>", "what leads to the gateway").choices(["ClusterIP", "NodePort", "LoadBalancer", "Ingress"]))
      .option("--env <NAME=VALUE>", "an environment variable that interceptors see; may be repeated", variables, [])
      .option("--interceptors <DIR>", "the folder that interceptors are in; else the document's own")
      .option("--override", "build anew where the version stands for another document", false)
      .option("--wait", "wait until it serves, and say how far it is: the default", true)
      .option("--no-wait", "do not wait until it serves")
      .option("--make-secrets", "put passwords that stand in a document into Secrets, to be named in their place", false)
      .option("--build-log", "show what the build says, where a pod builds", false)
      .option("--timeout <SECONDS>", "give up waiting after so long", count, 300)
      .addOption(
        new Option("--dry-run <WHERE>", "send nothing, or have the cluster check it without keeping it").choices(["client", "server"]),
      )
      .addOption(new Option("-o, --output <FORMAT>", "print what was applied").choices(["yaml", "json"])),
  );

const collected = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function variables(text: string, before: readonly string[]): readonly string[] {
  if (!/^[A-Za-z_][\w.-]*=/.test(text)) throw new InvalidArgumentError("Write NAME=VALUE.");
  return [...before, text];
}

function count(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("Write a whole number.");
  return Number(text);
}
