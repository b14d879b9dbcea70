import { type Command, InvalidArgumentError } from "commander";
import { collected } from "./collected.ts";

/** What Kaniko is told, whoever lets it build. */
export interface KanikoSettingOptions {
  readonly cacheRepository?: string;
  readonly mirror: readonly string[];
  readonly kanikoArgument: readonly string[];
  readonly deadline: number;
}

/** How a cluster builds an image: options of `portico image build --builder kaniko`. */
export interface KanikoOptions extends KanikoSettingOptions {
  readonly toolkit?: string;
  readonly executor: string;
  readonly namespace?: string;
  readonly pushSecret?: string;
  readonly serviceAccount?: string;
}

/** What no other builder has a use for. */
export const kanikoOptionNames = [
  "toolkit",
  "executor",
  "namespace",
  "pushSecret",
  "serviceAccount",
  "cacheRepository",
  "mirror",
  "kanikoArgument",
  "deadline",
] as const satisfies readonly (keyof KanikoOptions)[];

/** Adds the options of a build in a cluster. */
export const addKanikoOptions = (command: Command): Command =>
  addKanikoSettings(
    command
      .option("--toolkit <IMAGE>", "with --builder kaniko: the image with this program, which makes the files there")
      .option("--executor <IMAGE>", "Kaniko's executor", "gcr.io/kaniko-project/executor:v1.24.0")
      .option("--namespace <NAMESPACE>", "where the Job runs; else that of kubectl's context")
      .option("--push-secret <[NAMESPACE/]NAME>", "a Secret with the registries' credentials; else they are those of docker login")
      .option("--service-account <NAME>", "whom the Job runs as, where a cloud knows it by that"),
    600,
  );

/** Adds what Kaniko may be told. A build is given up after so many seconds where nothing is said. */
export const addKanikoSettings = (command: Command, usualDeadline: number): Command =>
  command
    .option("--cache-repository <NAME>", "where Kaniko keeps layers for the next build")
    .option("--mirror <HOST>", "where copies of Docker Hub's images are; may be repeated", collected, [])
    .option("--kaniko-argument <ARG>", "one more argument for Kaniko; may be repeated", collected, [])
    .option("--deadline <SECONDS>", "give a build up after so long", seconds, usualDeadline);

function seconds(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Write whole seconds, such as 600.");
  return Number(text);
}
