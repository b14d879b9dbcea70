import { type Command, InvalidArgumentError, Option } from "commander";
import { addDocumentOptions, type DocumentOptions } from "./document-options.ts";
import { addKanikoOptions, type KanikoOptions, kanikoOptionNames } from "./kaniko-options.ts";
import { addRegistryOptions, type RegistryOptions } from "./registry-options.ts";

export interface ImageBuildOptions extends DocumentOptions, RegistryOptions, KanikoOptions {
  readonly to: string;
  readonly base: string;
  readonly builder: "layer" | "kaniko" | "tar";
  readonly out?: string;
  readonly rebuild: boolean;
}

const buildExamples = `
The image holds what is the same in every environment: routes, policies, the published document. It is made in the registry itself, as one
layer on the base image; where the tag stands for the same input already, nothing is built. Its name with its digest comes on stdout.

Examples:
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to registry.example/apis/petstore
                                              the tag is made from the document's version
  $ portico image build petstore.yaml --base localhost:5000/gateway:1 --to localhost:5000/petstore:dev --plain-http --rebuild
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to registry.example/apis/petstore \\
      --builder kaniko --toolkit registry.example/portico/toolkit:1 --namespace builds
                                              in the cluster that kubectl uses
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to petstore --builder tar --out petstore.tar
  $ docker load --input petstore.tar
                                              the image as a file, in no registry
`;

/** Adds `portico image build`. */
export function addBuildImage(image: Command): void {
  const build = addDocumentOptions(
    image
      .command("build")
      .summary("make the image of documents' gateway")
      .description("Makes the image of a gateway, and puts it into a registry."),
  )
    .requiredOption("--to <NAME>", "where it goes: registry/repository, and :tag where it is not the document's version", named)
    .requiredOption("--base <IMAGE>", "the image that it is made on, with Envoy", named)
    .addOption(
      new Option("--builder <BUILDER>", "how it is made: as a layer in the registry, by Kaniko in a cluster, or as a file for docker load")
        .choices(["layer", "kaniko", "tar"])
        .default("layer"),
    )
    .option("--out <FILE>", "with --builder tar: the file to write")
    .option("--rebuild", "make it anew where the tag stands for another input", false)
    .addHelpText("after", buildExamples);
  addKanikoOptions(addRegistryOptions(build)).action(async (documents: string[], options: ImageBuildOptions, command: Command) => {
    const wrong = wrongUsage(options, command);
    if (wrong !== undefined) command.error(`error: ${wrong}`, { exitCode: 2 });
    const { buildImage } = await import("./image-build.ts");
    process.exitCode = await buildImage(documents, options);
  });
}

/** What does not go together, in one sentence. */
function wrongUsage({ builder, out, toolkit, pushSecret }: ImageBuildOptions, command: Command): string | undefined {
  if ((builder === "tar") !== (out !== undefined)) return "--builder tar writes a file, and needs --out <FILE>; no other builder does";
  if ((builder === "kaniko") !== (toolkit !== undefined))
    return "--builder kaniko needs --toolkit <IMAGE>, the image with this program; no other builder does";
  if (builder !== "kaniko" && kanikoOptionNames.some((name) => command.getOptionValueSource(name) === "cli"))
    return "an option of --builder kaniko needs that, too";
  if (pushSecret !== undefined && !/^[^/]+(?:\/[^/]+)?$/.test(pushSecret)) return "write --push-secret as NAME, or NAMESPACE/NAME";
  return undefined;
}

function named(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Name an image.");
  return text;
}
