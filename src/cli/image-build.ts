import { type GatewayFolder, imagePart } from "../compile/gateway-folder.ts";
import { labelNames } from "../image/gateway-image.ts";
import { layerBuilder } from "../image/layer-builder.ts";
import { type ProvidedImage, provideImage } from "../image/provide.ts";
import { parseReference, showReference } from "../image/reference.ts";
import { tagOfVersion } from "../image/tag.ts";
import { type Checked, failed } from "../problem.ts";
import { containerEnvironment } from "./container-environment.ts";
import { failure } from "./failure.ts";
import type { ImageBuildOptions } from "./image.ts";
import { mocksOfBuild } from "./mocks-of-build.ts";
import { compiledApis, folderOf, type PreparedGateway, prepareGateway } from "./prepare.ts";
import { openRegistries } from "./registries.ts";
import { reportProblems } from "./report-problems.ts";
import { version } from "./version.ts";

/** Makes the image of documents' gateway, unless it is there; its name with its digest goes to stdout. The exit code. */
export async function buildImage(documents: readonly string[], options: ImageBuildOptions): Promise<number> {
  const { resources, refs, mock } = options;
  const prepared = await prepareGateway({ documents, resources, references: refs }, { mock, credentials: "fail" });
  if (!prepared.ok) return failure(prepared.problems);
  const mocks = mocksOfBuild(prepared.value.apis);
  reportProblems([...prepared.problems, ...mocks.problems], prepared.value.files, process.stderr);
  if (!mocks.ok) return 1;
  const provided = await provide(
    prepared.value,
    folderOf(compiledApis(prepared.value), { ...containerEnvironment, mockSocket: mocks.value }),
    options,
  );
  if (!provided.ok) return failure(provided.problems);
  const { reference, made } = provided.value;
  process.stderr.write(made ? "Made and pushed.\n" : "It is there already, made from the same input: nothing was built.\n");
  process.stdout.write(`${showReference(reference)}\n`);
  return 0;
}

async function provide(
  { apis }: PreparedGateway,
  { files, manifest }: GatewayFolder,
  options: ImageBuildOptions,
): Promise<Checked<ProvidedImage>> {
  const [target, base] = [parseReference(options.to), parseReference(options.base)];
  const registries = await openRegistries(options);
  if (!target.ok || !base.ok || !registries.ok) return failed(...target.problems, ...base.problems, ...registries.problems);
  const [first] = apis;
  const apiVersion = first?.model.version ?? "0";
  const request = {
    target: { ...target.value, tag: target.value.tag ?? tagOfVersion(apiVersion) },
    base: base.value,
    files: imagePart(files),
    labels: {
      [labelNames.inputHash]: manifest.inputHash,
      [labelNames.contract]: String(manifest.contract),
      [labelNames.apis]: manifest.apis.map(({ name }) => name).join(","),
      [labelNames.toolkit]: version,
      [labelNames.title]: first?.model.title ?? "",
      [labelNames.version]: apiVersion,
    },
  };
  const { open, close } = registries.value;
  try {
    return await provideImage(layerBuilder(open), open(target.value.registry), request, manifest.inputHash, options.rebuild);
  } finally {
    close();
  }
}
