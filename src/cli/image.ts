import { type Command, InvalidArgumentError, Option } from "commander";
import { addDocumentOptions, type DocumentOptions } from "./document-options.ts";
import { addKanikoOptions, type KanikoOptions } from "./kaniko-options.ts";

/** How registries are spoken to. */
export interface RegistryOptions {
  readonly plainHttp: boolean;
  readonly registryCa?: string;
}

export interface ImageBuildOptions extends DocumentOptions, RegistryOptions, KanikoOptions {
  readonly to: string;
  readonly base: string;
  readonly builder: "layer" | "kaniko" | "tar";
  readonly out?: string;
  readonly rebuild: boolean;
}

export interface ImageCopyOptions extends RegistryOptions {
  readonly replace: boolean;
}

/** Of `inspect` and `diff`. */
export interface ImageShowOptions extends RegistryOptions {
  readonly json: boolean;
}

const examples = `
Examples:
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to registry.example/apis/petstore
  $ portico image inspect registry.example/apis/petstore:1.0.0
  $ portico image diff registry.example/apis/petstore:1.0.0 registry.example/apis/petstore:1.1.0
  $ portico image copy test.example/apis/petstore:1.1.0 registry.example/apis/petstore:1.1.0
`;

const buildExamples = `
The image holds what is the same in every environment: routes, policies, the published document. It is made in the registry itself, as one
layer on the base image; where the tag stands for the same input already, nothing is built. Its name with its digest comes on stdout.

Examples:
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to registry.example/apis/petstore
                                              the tag is made from the document's version
  $ portico image build petstore.yaml --base localhost:5000/gateway:1 --to localhost:5000/petstore:dev --plain-http --rebuild
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to petstore --builder tar --out petstore.tar
  $ portico image build petstore.yaml --base registry.example/portico/gateway:1 --to registry.example/apis/petstore \\
      --builder kaniko --toolkit registry.example/portico/toolkit:1 --namespace builds
                                              in the cluster that kubectl uses
  $ docker load --input petstore.tar
                                              the image as a file, in no registry
`;

const inspectExamples = `
Examples:
  $ portico image inspect registry.example/apis/petstore:1.0.0
  $ portico image inspect registry.example/apis/petstore:1.0.0 --json | jq '.apis[].operations'
`;

const diffExamples = `
Examples:
  $ portico image diff registry.example/apis/petstore:1.0.0 registry.example/apis/petstore:1.1.0
  $ portico image diff registry.example/apis/petstore:1.0.0 registry.example/apis/petstore:1.1.0 --json | jq '.operations[].change'
`;

const copyExamples = `
The same bytes under the same digest, with the documents that lie beside the image; so what was tested is what runs. The tag comes last.

Examples:
  $ portico image copy test.example/apis/petstore:1.1.0 registry.example/apis/petstore:1.1.0
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
  addDiff(image);
  addCopy(image);
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
    .addOption(
      new Option("--builder <BUILDER>", "how it is made: as a layer in the registry, by Kaniko in a cluster, or as a file for docker load")
        .choices(["layer", "kaniko", "tar"])
        .default("layer"),
    )
    .option("--out <FILE>", "with --builder tar: the file to write")
    .option("--rebuild", "make it anew where the tag stands for another input", false)
    .addHelpText("after", buildExamples);
  addKanikoOptions(addRegistryOptions(build)).action(async (documents: string[], options: ImageBuildOptions, command: Command) => {
    const wrong = wrongUsage(options);
    if (wrong !== undefined) command.error(`error: ${wrong}`, { exitCode: 2 });
    const { buildImage } = await import("./image-build.ts");
    process.exitCode = await buildImage(documents, options);
  });
}

/** What does not go together, in one sentence. */
function wrongUsage({ builder, out, toolkit }: ImageBuildOptions): string | undefined {
  if ((builder === "tar") !== (out !== undefined)) return "--builder tar writes a file, and needs --out <FILE>; no other builder does";
  if ((builder === "kaniko") !== (toolkit !== undefined))
    return "--builder kaniko needs --toolkit <IMAGE>, the image with this program; no other builder does";
  return undefined;
}

function addInspect(image: Command): void {
  const inspect = image
    .command("inspect")
    .summary("say what is in a gateway's image")
    .description("Says what is in a gateway's image.")
    .argument("<IMAGE>", "registry/repository:tag, or @digest")
    .option("--json", "as JSON, for programs", false)
    .addHelpText("after", inspectExamples);
  addRegistryOptions(inspect).action(async (name: string, options: ImageShowOptions) => {
    const { inspectImage } = await import("./image-inspect.ts");
    process.exitCode = await inspectImage(name, options);
  });
}

function addDiff(image: Command): void {
  const diff = image
    .command("diff")
    .summary("say how two gateways' images differ")
    .description("Says which operations were added, removed or changed from one gateway's image to another.")
    .argument("<BEFORE>", "registry/repository:tag, or @digest")
    .argument("<AFTER>", "the same of the other image")
    .option("--json", "as JSON, for programs", false)
    .addHelpText("after", diffExamples);
  addRegistryOptions(diff).action(async (before: string, after: string, options: ImageShowOptions) => {
    const { diffImages } = await import("./image-diff.ts");
    process.exitCode = await diffImages(before, after, options);
  });
}

function addCopy(image: Command): void {
  const copy = image
    .command("copy")
    .summary("copy a gateway's image to another place")
    .description("Copies a gateway's image into another repository or registry, with what lies beside it.")
    .argument("<FROM>", "registry/repository:tag, or @digest")
    .argument("<TO>", "registry/repository, and :tag where it is not the same")
    .option("--replace", "where the tag stands for another gateway, let it stand for this one", false)
    .addHelpText("after", copyExamples);
  addRegistryOptions(copy).action(async (from: string, to: string, options: ImageCopyOptions) => {
    const { copy: copyTo } = await import("./image-copy.ts");
    process.exitCode = await copyTo(from, to, options);
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
