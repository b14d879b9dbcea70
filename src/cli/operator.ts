import { type Command, InvalidArgumentError, Option } from "commander";
import { addClusterChoice, type ClusterChoiceOptions } from "./cluster-options.ts";
import { addRegistryOptions, type RegistryOptions } from "./registry-options.ts";

/** What the operator works with, however it is started. */
interface OperatorSettingsOptions extends RegistryOptions {
  readonly registry: string;
  readonly registrySecret?: string;
  readonly base: string;
  readonly executor: string;
  readonly builder: "kaniko" | "layer";
  readonly namespace: string;
  readonly buildNamespace?: string;
}

export interface OperatorRunOptions extends OperatorSettingsOptions {
  readonly toolkit?: string;
}

export interface OperatorInstallOptions extends OperatorSettingsOptions, ClusterChoiceOptions {
  readonly image: string;
  readonly replicas: number;
  readonly output?: "yaml";
}

const examples = `
Examples:
  $ portico operator install --registry registry.example/apis --image registry.example/portico/toolkit:1 \\
      --base registry.example/portico/gateway:1
`;

const installExamples = `
Applies the four kinds, the operator with its rights, and a namespace for builds. It may be run again, with other options too.

Examples:
  $ portico operator install --registry registry.example/apis --registry-secret registry \\
      --image registry.example/portico/toolkit:1 --base registry.example/portico/gateway:1
  $ portico operator install --registry registry.example/apis --image registry.example/portico/toolkit:1 \\
      --base registry.example/portico/gateway:1 --output yaml > install.yaml
`;

const runExamples = `
Runs in the cluster, as its installation starts it; out of the cluster it uses kubectl's, for whoever works on the operator itself.
It writes its log to stdout, a line of JSON for each event.

Examples:
  $ portico operator run --registry registry.example/apis --base registry.example/portico/gateway:1 --builder layer
`;

/** Adds `portico operator`. */
export function addOperator(program: Command): void {
  const operator = program
    .command("operator")
    .summary("the program that serves APIs in a cluster")
    .description("The operator.")
    .addHelpText("after", examples);
  const install = operator
    .command("install")
    .summary("install it in the cluster that kubectl uses")
    .description("Installs the operator.")
    .requiredOption("--image <IMAGE>", "the image with this program: the operator's, and what Kaniko makes gateways' files with")
    .option("--replicas <N>", "how many operators there are: one leads, the others wait", count, 1)
    .addOption(new Option("-o, --output <FORMAT>", "print what would be applied").choices(["yaml"]));
  addClusterChoice(addSettings(install, installExamples)).action(async (options: OperatorInstallOptions) => {
    const { installOperator } = await import("./operator-install.ts");
    process.exitCode = await installOperator(options);
  });
  const run = operator
    .command("run")
    .summary("keep the cluster as its APIs say")
    .description("Reads APIs and what they refer to, and makes, runs and updates their gateways.")
    .option("--toolkit <IMAGE>", "the image with this program, with which Kaniko makes gateways' files");
  addSettings(run, runExamples).action(async (options: OperatorRunOptions) => {
    const { runOperator } = await import("./operator-run.ts");
    process.exitCode = await runOperator(options);
  });
}

const addSettings = (command: Command, examples: string): Command =>
  addRegistryOptions(
    command
      .requiredOption("--registry <NAME>", "where images go: a registry, and perhaps a path that all their names begin with")
      .requiredOption("--base <IMAGE>", "the image that gateways' images are made on, with Envoy")
      .option("--registry-secret <NAME>", "the Secret (kubernetes.io/dockerconfigjson) in the operator's namespace that opens the registry")
      .option("--executor <IMAGE>", "the image of Kaniko's executor", "gcr.io/kaniko-project/executor:v1.24.0")
      .addOption(
        new Option("--builder <BUILDER>", "what builds where an API does not say it").choices(["kaniko", "layer"]).default("kaniko"),
      )
      .option("--namespace <NAME>", "the operator's own namespace", "portico-system")
      .option("--build-namespace <NAME>", "where Kaniko's pods run; without it, a namespace beside the operator's own")
      .addHelpText("after", examples),
  );

function count(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("Write a small whole number, such as 2.");
  return Number(text);
}
