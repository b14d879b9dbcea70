import { type Command, InvalidArgumentError, Option } from "commander";
import type { ServiceAddress } from "../compile/engine.ts";
import type { ClusterChoiceOptions } from "./cluster-options.ts";
import { addKanikoSettings, type KanikoSettingOptions } from "./kaniko-options.ts";
import { ratelimitOption } from "./ratelimit-option.ts";
import { addRegistryOptions, type RegistryOptions } from "./registry-options.ts";
import { addTraceOptions, type TraceOptions } from "./trace-options.ts";

/** What the operator works with, however it is started. */
interface OperatorSettingsOptions extends RegistryOptions, KanikoSettingOptions, TraceOptions {
  readonly registry: string;
  readonly registrySecret?: string;
  readonly pullSecret?: string;
  readonly base: string;
  readonly executor: string;
  readonly builder: "kaniko" | "layer";
  readonly namespace: string;
  readonly buildNamespace?: string;
  readonly ratelimit?: ServiceAddress;
}

export interface OperatorRunOptions extends OperatorSettingsOptions {
  readonly toolkit?: string;
}

/** How an operator is installed. */
export interface InstallationOptions extends OperatorSettingsOptions {
  readonly image: string;
  readonly replicas: number;
}

export interface OperatorInstallOptions extends InstallationOptions, ClusterChoiceOptions {
  readonly output?: "yaml";
}

/** What is said of an operator that is there already: the rest stays as it is. */
export type OperatorUpgradeOptions = Partial<InstallationOptions> & ClusterChoiceOptions & { readonly namespace: string };

export interface OperatorUninstallOptions extends ClusterChoiceOptions {
  readonly namespace: string;
  readonly all: boolean;
}

export interface OperatorStatusOptions extends ClusterChoiceOptions {
  readonly namespace: string;
  readonly json: boolean;
}

/** The options of `portico operator run`: what an installed operator was started with is read by them, too. */
export const addRun = (command: Command): Command =>
  addSettings(command, true).option("--toolkit <IMAGE>", "the image with this program, with which Kaniko makes gateways' files");

/** The options of an installation. Of one that is there already none must be said. */
export const addInstallation = (command: Command, isNew: boolean): Command =>
  addSettings(
    command
      .addOption(
        new Option("--image <IMAGE>", "the operator's image, with which Kaniko makes gateways' files, too").makeOptionMandatory(isNew),
      )
      .option("--replicas <N>", "how many operators there are: one leads, the others wait", count, 1),
    isNew,
  );

/** How long a build of Kaniko's may take (seconds). */
export const usualDeadline = 900;

const addSettings = (command: Command, isNew: boolean): Command =>
  addRegistryOptions(
    addKanikoSettings(
      addTraceOptions(
        addNamespace(
          command
            .addOption(
              new Option(
                "--registry <NAME>",
                "where images go: a registry, and perhaps a path that all their names begin with",
              ).makeOptionMandatory(isNew),
            )
            .addOption(new Option("--base <IMAGE>", "the image that gateways' images are made on, with Envoy").makeOptionMandatory(isNew))
            .option(
              "--registry-secret <NAME>",
              "the Secret (kubernetes.io/dockerconfigjson) in the operator's namespace that opens the registry",
            )
            .option("--pull-secret <NAME>", "the Secret there whose copies pods elsewhere pull with, and may read; else the same")
            .option("--executor <IMAGE>", "the image of Kaniko's executor", "gcr.io/kaniko-project/executor:v1.24.0")
            .addOption(
              new Option("--builder <BUILDER>", "what builds where an API does not say it").choices(["kaniko", "layer"]).default("kaniko"),
            ),
        )
          .option("--build-namespace <NAME>", "where Kaniko's pods run; without it, a namespace beside the operator's own")
          .addOption(ratelimitOption()),
      ),
      usualDeadline,
    ),
  );

export const addNamespace = (command: Command): Command =>
  command.option("--namespace <NAME>", "the operator's own namespace", "portico-system");

/** What was said on the command line, without defaults; of the namespace those count. */
export function said(command: Command): OperatorUpgradeOptions {
  const options = command.opts<OperatorUpgradeOptions>();
  const given = Object.entries(options).filter(([name]) => command.getOptionValueSource(name) === "cli");
  return { namespace: options.namespace, ...Object.fromEntries(given) };
}

function count(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("Write a small whole number, such as 2.");
  return Number(text);
}
