import type { OpenApiDocument } from "../openapi/document.ts";
import { surveyDocument } from "../openapi/read.ts";
import type { Problem } from "../problem.ts";
import type { SourceFile } from "../text/node.ts";
import { type DocumentScope, loadDocument } from "./documents.ts";
import { loadResources } from "./resources.ts";

/** What a person names on the command line: documents, resources, and how far references may lead. */
export interface SourcePaths extends DocumentScope {
  readonly documents: readonly string[];
  readonly resources: readonly string[];
}

/** Everything a gateway is made from, as far as it can be read and parsed, and what is wrong with the rest. */
export interface GatewaySources {
  readonly documents: readonly OpenApiDocument[];
  readonly resources: readonly SourceFile[];
  readonly problems: readonly Problem[];
}

/** Reads all documents and resources; every Problem in any of them comes at once. `noticed` is told each file and folder that matters. */
export async function loadSources(paths: SourcePaths, noticed: (path: string) => void = () => {}): Promise<GatewaySources> {
  const problems: Problem[] = [];
  const documents: OpenApiDocument[] = [];
  for (const path of paths.documents) {
    const loaded = await loadDocument(path, paths, noticed);
    problems.push(...loaded.problems);
    if (loaded.files === undefined) continue;
    const survey = surveyDocument(loaded.files);
    problems.push(...survey.problems);
    if (survey.document !== undefined) documents.push(survey.document);
  }
  paths.resources.forEach(noticed);
  const resources = await loadResources(paths.resources);
  return { documents, resources: resources.documents, problems: [...problems, ...resources.problems] };
}
