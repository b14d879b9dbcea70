import { documentPath } from "./document-path.ts";
import type { Engine, Environment, GatewayFiles } from "./engine.ts";
import { type CompiledApi, type GatewayManifest, gatewayManifest } from "./manifest.ts";
import { listedOperations } from "./operations.ts";
import { type PageLibrary, pageFiles } from "./page.ts";
import { promisesOf, promisesPath } from "./promises.ts";

export const manifestPath = "image/manifest.json";
export const operationsPath = "image/operations.json";

/** A gateway's files with what they are. */
export interface GatewayFolder {
  readonly files: GatewayFiles;
  readonly manifest: GatewayManifest;
}

/** A gateway's whole folder: what the engine makes, the published documents, and the lists that say what an image holds. `library` gives Swagger UI's files. */
export function gatewayFolder(
  engine: Engine,
  apis: readonly CompiledApi[],
  environment: Environment,
  library: () => PageLibrary,
  manifest: GatewayManifest = gatewayManifest(apis, engine.name),
): GatewayFolder {
  const models = apis.map(({ model }) => model);
  const files = new Map([
    ...engine.compile(models, environment),
    ...shownFiles(apis, library),
    [operationsPath, `${JSON.stringify(listedOperations(models))}\n`] as const,
    [promisesPath, `${JSON.stringify(promisesOf(models))}\n`] as const,
    [manifestPath, `${JSON.stringify(manifest, undefined, 2)}\n`] as const,
  ]);
  return { files, manifest };
}

/** The published documents by where they are kept, and the page that they are read with, where there is one. */
export function shownFiles(apis: readonly CompiledApi[], library: () => PageLibrary): readonly (readonly [path: string, text: string])[] {
  const hasPage = apis.some(({ model }) => model.operations.some(({ answer }) => answer.kind === "page"));
  const documents = apis.map(({ model, published }) => [documentPath(model.name), `${published}\n`] as const);
  return hasPage ? [...documents, ...pageFiles(library())] : documents;
}

/** The part of a gateway's folder that is the same everywhere. */
export const imagePart = (files: GatewayFiles): GatewayFiles => new Map([...files].filter(([path]) => path.startsWith("image/")));
