import type { OpenApiDocument } from "../openapi/document.ts";
import { readDocument } from "../openapi/read.ts";
import { type Checked, failed, type Problem } from "../problem.ts";
import type { SourceFile } from "../text/node.ts";
import { loadDocument, type ReferenceScope } from "./documents.ts";
import { loadResources } from "./resources.ts";

/** What a person names on the command line: documents, resources, and how far references may lead. */
export interface SourcePaths {
  readonly documents: readonly string[];
  readonly resources: readonly string[];
  readonly references: ReferenceScope;
}

/** Everything a gateway is made from, read and parsed. */
export interface GatewaySources {
  readonly documents: readonly OpenApiDocument[];
  readonly resources: readonly SourceFile[];
}

/** Reads all documents and resources; every Problem in any of them comes at once. `noticed` is told each file and folder that matters. */
export async function loadSources(paths: SourcePaths, noticed: (path: string) => void = () => {}): Promise<Checked<GatewaySources>> {
  const problems: Problem[] = [];
  const documents: OpenApiDocument[] = [];
  for (const path of paths.documents) {
    const files = await loadDocument(path, paths.references, noticed);
    problems.push(...files.problems);
    if (!files.ok) continue;
    const document = readDocument(files.value);
    problems.push(...document.problems);
    if (document.ok) documents.push(document.value);
  }
  const resources = await loadResources(paths.resources);
  paths.resources.forEach(noticed);
  problems.push(...resources.problems);
  return resources.ok && documents.length === paths.documents.length
    ? { ok: true, value: { documents, resources: resources.value }, problems }
    : failed(...problems);
}
