import { rmSync } from "node:fs";
import { containerEnvironment } from "../compile/container-environment.ts";
import { mocksOfBuild } from "../compile/envoy/mocks-of-build.ts";
import type { BuildRequest } from "../image/builder.ts";
import { layerBuilder } from "../image/layer-builder.ts";
import { tarBuilder } from "../image/layout/tar-builder.ts";
import { type ProvidedImage, provideImage } from "../image/provide.ts";
import { parseReference, parseTarget, showReference } from "../image/reference.ts";
import type { Registry } from "../image/registry/registry.ts";
import { usualRetries } from "../image/registry/retry.ts";
import { imageRequest } from "../image/request.ts";
import { type Checked, checked } from "../problem.ts";
import { publishedApis } from "../resolve/gateway.ts";
import { sourcePaths } from "./document-options.ts";
import { failure } from "./failure.ts";
import type { ImageBuildOptions } from "./image-build-command.ts";
import type { KanikoAtHand } from "./kaniko.ts";
import { engine, folderOf, prepareGateway } from "./prepare.ts";
import { openRegistries, watched } from "./registries.ts";
import { reportProblems } from "./report-problems.ts";
import { version } from "./version.ts";

/** Makes the image of documents' gateway, unless it is there; its name with its digest goes to stdout. The exit code. */
export async function buildImage(documents: readonly string[], options: ImageBuildOptions): Promise<number> {
  const { mock } = options;
  const prepared = await prepareGateway(sourcePaths(documents, options), { mock, credentials: "fail" });
  if (!prepared.ok) return failure(prepared.problems);
  const mocks = mocksOfBuild(prepared.value.apis);
  reportProblems([...prepared.problems, ...mocks.problems], prepared.value.files, process.stderr);
  if (!mocks.ok) return 1;
  const [to, base] = [parseTarget(options.to), parseReference(options.base)];
  if (!to.ok || !base.ok) return failure([...to.problems, ...base.problems]);
  const apis = publishedApis(prepared.value.apis);
  const folder = folderOf(apis, { ...containerEnvironment, mockSocket: mocks.value });
  const provided = await provide(
    imageRequest(apis, folder, to.value, base.value, { engine: engine.name, toolkit: version }),
    folder.manifest.inputHash,
    options,
  );
  if (!provided.ok) return failure(provided.problems);
  reportProblems(provided.problems, [], process.stderr);
  const { reference, made } = provided.value;
  process.stderr.write(`${outcome(made, options.out)}\n`);
  process.stdout.write(`${showReference(reference)}\n`);
  return 0;
}

function outcome(made: boolean, file: string | undefined): string {
  if (!made) return "It is there already, made from the same input: nothing was built. --rebuild makes it on another base.";
  return file === undefined ? "Made and pushed." : `Written: ${file}`;
}

/** Makes the image with the builder that was asked for. */
async function provide(request: BuildRequest, inputHash: string, options: ImageBuildOptions): Promise<Checked<ProvidedImage>> {
  const kaniko = options.builder === "kaniko" ? await reachKaniko(options) : undefined;
  if (kaniko?.ok === false) return kaniko;
  const registries = await openRegistries(options, kaniko?.value.credentials);
  if (!registries.ok) return registries;
  const { open, close } = registries.value;
  try {
    const { out } = options;
    if (out !== undefined) {
      const around = { works: goneWithUs, watched: (layout: Registry) => watched(layout, out), retries: usualRetries };
      const written = await tarBuilder(open, out, around).build(request);
      return written.ok ? checked({ ...written.value, made: true, madeWith: undefined }, []) : written;
    }
    const builder = kaniko === undefined ? layerBuilder(open) : kaniko.value.builder(open);
    return await provideImage(builder, open(request.target.registry), request, inputHash, options.rebuild);
  } finally {
    close();
  }
}

/** Has a folder removed where the program is told to end; it ends as it was told all the same. What comes back forgets the folder. */
function goneWithUs(folder: string): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const forget = (): void => {
    for (const signal of signals) process.off(signal, end);
  };
  const end = (signal: NodeJS.Signals): void => {
    rmSync(folder, { recursive: true, force: true });
    forget();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, end);
  return forget;
}

async function reachKaniko(options: ImageBuildOptions): Promise<Checked<KanikoAtHand>> {
  const { openKaniko } = await import("./kaniko.ts");
  const ended = new AbortController();
  // What runs in the cluster must not outlive who waits for it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ended.abort());
  return openKaniko(options, ended.signal);
}
