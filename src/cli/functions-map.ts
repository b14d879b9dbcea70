import type { OpenApiDocument } from "../openapi/document.ts";
import { error, type Problem, wholeFile } from "../problem.ts";
import { loadCode } from "../source/code/load-code.ts";
import { fits, packCode } from "../source/code/packed-code.ts";
import type { DefinitionMap } from "../source/definition-maps.ts";
import type { GatewaySources } from "../source/gateway.ts";
import type { Code, CodeFile } from "../text/code.ts";
import { isObject, type JsonObject } from "../text/node.ts";
import { ownedName } from "../workloads/object.ts";

/** Sources with the functions of an API: those that its documents name, and those that the API itself does; and all their files in one, where there are any. */
export async function withFunctions(
  sources: GatewaySources,
  spec: JsonObject,
  folder: string,
): Promise<{ readonly sources: GatewaySources; readonly pack: Code | undefined }> {
  const said = isObject(spec.interceptors) ? spec.interceptors : {};
  const named = [said.request, said.response].flatMap((text) => (typeof text === "string" ? [{ text, where: wholeFile("API") }] : []));
  const own = await loadCode(folder, named, () => {});
  const pack = new Map<string, CodeFile>(own.code);
  const problems: Problem[] = [...own.problems];
  for (const { files } of sources.documents)
    for (const [path, file] of files.code ?? []) {
      const other = pack.get(path);
      if (other !== undefined && other.text !== file.text) problems.push(sameName(path, files.root.name));
      pack.set(path, file);
    }
  if (!fits(packCode(pack))) problems.push(error("BadInterceptor", wholeFile(folder), tooMuch));
  if (pack.size === 0) return { sources: { ...sources, problems: [...sources.problems, ...problems] }, pack: undefined };
  const documents = sources.documents.map((document): OpenApiDocument => ({ ...document, files: { ...document.files, code: pack } }));
  return { sources: { ...sources, documents, problems: [...sources.problems, ...problems] }, pack };
}

const tooMuch = "The functions' files are more than an entry of a ConfigMap holds. Let them be less.";

const sameName = (path: string, document: string): Problem =>
  error(
    "BadInterceptor",
    wholeFile(document),
    `Another document has other functions in its own ${path}. Name the files apart, or put all into one folder (--interceptors).`,
  );

/** The ConfigMap's entry with the functions of an API. */
export const functionsMap = (api: string, pack: Code): DefinitionMap => ({
  name: ownedName(api, "interceptors"),
  key: "interceptors.json",
  content: { kind: "text", text: packCode(pack) },
});
