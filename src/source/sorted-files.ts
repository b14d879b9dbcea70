import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { isObject } from "../text/node.ts";
import { isFolder } from "./is-folder.ts";
import { loadResources } from "./resources.ts";

/** Paths of files, by what is in them. */
export interface SortedFiles {
  readonly documents: readonly string[];
  readonly resources: readonly string[];
}

/**
 * What a person named as documents, which may be folders: of these each file with `openapi` or `swagger` is a document, and each with an `apiVersion` has resources. What is
 * neither is left out: a document may refer to it. Fails with what is wrong with a folder's files, and with NotOpenApi where none is a document.
 */
export async function sortedFiles(paths: readonly string[]): Promise<Checked<SortedFiles>> {
  const documents: string[] = [];
  const resources: string[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    if (!isFolder(path)) {
      documents.push(path);
      continue;
    }
    const loaded = await loadResources([path]);
    problems.push(...loaded.problems);
    const having = (...keys: readonly string[]): readonly string[] => [
      ...new Set(loaded.documents.filter(({ value }) => isObject(value) && keys.some((key) => key in value)).map(({ name }) => name)),
    ];
    const found = having("openapi", "swagger");
    if (found.length === 0 && loaded.problems.length === 0)
      problems.push(error("NotOpenApi", wholeFile(path), "There is no OpenAPI document in this folder. Put one there, or name a file."));
    documents.push(...found);
    resources.push(...having("apiVersion").filter((name) => !found.includes(name)));
  }
  return problems.length === 0 ? checked({ documents, resources }, []) : failed(...problems);
}
