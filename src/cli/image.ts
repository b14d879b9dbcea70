import { type Command, InvalidArgumentError } from "commander";
import { addDocumentOptions, type DocumentOptions } from "./document-options.ts";

/** How registries are spoken to. */
export interface RegistryOptions {
  readonly plainHttp: boolean;
  readonly registryCa?: string;
}

export interface ImageBuildOptions extends DocumentOptions, RegistryOptions {
  readonly to: string;
  readonly base: string;
  readonly rebuild: boolean;
}

export interface ImageInspectOptions extends RegistryOptions {
  readonly json: boolean;
}

const examples = `
Examples:
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to registry.example/apis/petstore
  $ portico image inspect registry.example/apis/petstore:1.0.0
`;

const buildExamples = `
The image holds what is the same in every environment: routes, policies, the published document. It is made in the registry itself, as one
layer on the base image; where the tag stands for the same input already, nothing is built. Its name with its digest comes on stdout.

Examples:
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to registry.example/apis/petstore
                                              the tag is made from the document's version
  $ portico image build petstore.yaml --base localhost:5000/gateway:1 --to localhost:5000/petstore:dev --plain-http --rebuild
`;

const inspectExamples = `
Examples:
  $ portico image inspect registry.example/apis/petstore:1.0.0
  $ portico image inspect registry.example/apis/petstore:1.0.0 --json | jq '.apis[].operations'
`;

/** Adds `portico image` and what is below it. */
export function addImage(program: Command): void {
  const image = program
    .command("image")
    .summary("make and look at gateway images")
    .description("Makes and looks at gateway images in registries.")
    .addHelpText("after", examples);
  addBuildImage(image);
  addInspect(image);
}

function addBuildImage(image: Command): void {
  const build = addDocumentOptions(
    image
      .command("build")
      .summary("make the image of documents' gateway")
      .description("Makes the image of a gateway, and puts it into a registry."),
  )
    .requiredOption("--to <NAME>", "where it goes: registry/repository, and :tag where it is not the document's version", named)
    .requiredOption("--base <IMAGE>", "the image that it is made on, with Envoy", named)
    .option("--rebuild", "make it anew where the tag stands for another input", false)
    .addHelpText("after", buildExamples);
  addRegistryOptions(build).action(async (documents: string[], options: ImageBuildOptions) => {
    const { buildImage } = await import("./image-build.ts");
    process.exitCode = await buildImage(documents, options);
  });
}

function addInspect(image: Command): void {
  const inspect = image
    .command("inspect")
    .summary("say what is in a gateway's image")
    .description("Says what is in a gateway's image.")
    .argument("<IMAGE>", "registry/repository:tag, or @digest")
    .option("--json", "as JSON, for programs", false)
    .addHelpText("after", inspectExamples);
  addRegistryOptions(inspect).action(async (name: string, options: ImageInspectOptions) => {
    const { inspectImage } = await import("./image-inspect.ts");
    process.exitCode = await inspectImage(name, options);
  });
}

const addRegistryOptions = (command: Command): Command =>
  command
    .option("--plain-http", "speak to registries without TLS: for one of your own, on a network of your own", false)
    .option("--registry-ca <FILE>", "trust this certification authority for registries, too (PEM)");

function named(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Name an image.");
  return text;
}
