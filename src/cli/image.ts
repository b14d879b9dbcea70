import type { Command } from "commander";
import { addBuildImage } from "./image-build-command.ts";
import { addRegistryOptions, type RegistryOptions } from "./registry-options.ts";

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
