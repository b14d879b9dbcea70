import { basename, dirname } from "node:path";
import type { ApiSpec } from "../api/api.ts";
import { apiVersion } from "../api/kinds.ts";
import { readResources } from "../api/resource.ts";
import { type StoredObject, storedObject } from "../apply/kubernetes/stored-object.ts";
import { mocksOfBuild } from "../compile/envoy/mocks-of-build.ts";
import { gatewayManifest } from "../compile/manifest.ts";
import { type ApiDefaults, apiSpecOf, clusterSettings, defaultsOf, resolveInCluster } from "../controller/compile-gateway.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { wholeDocument } from "../openapi/published.ts";
import { type Checked, checked, failed } from "../problem.ts";
import { publishedApis, type ResolvedApi, unserved } from "../resolve/gateway.ts";
import { globalLimitProblems } from "../resolve/limit.ts";
import { type DefinitionMap, definitionMaps } from "../source/definition-maps.ts";
import { type GatewaySources, loadSources } from "../source/gateway.ts";
import { sortedFiles } from "../source/sorted-files.ts";
import { isObject, type JsonObject, type SourceFile } from "../text/node.ts";
import { ownedName } from "../workloads/object.ts";
import type { AddApiOptions } from "./add.ts";
import { apiOf, configMapOf, type Manifest } from "./api-objects.ts";
import type { ContractSources } from "./broken-by-update.ts";
import { functionsMap, withFunctions } from "./functions-map.ts";
import { merged, type NamedResources, namedResources, withoutSources } from "./named-resources.ts";
import { engine, patchesOf } from "./prepare.ts";
import { isSound } from "./put-back.ts";

/** All that an API is made of in the cluster. */
export interface Manifests {
  readonly resources: readonly Manifest[];
  readonly maps: readonly DefinitionMap[];
  readonly namespace: string;
  readonly api: Manifest;
  /** Of what its image is made from; undefined where that is not known, of an image that is there already. */
  readonly inputHash: string | undefined;
  /** The first document's own. */
  readonly version: string | undefined;
  /** What its clients may rely on; undefined where no document says it. */
  readonly promised: ContractSources | undefined;
}

export const allOf = ({ resources: before, maps, namespace, api }: Manifests): readonly Manifest[] => [
  ...before,
  ...maps.map((map) => configMapOf(map, namespace)),
  api,
];

/** The API's objects. Fails with every Problem of its documents and of what they refer to, in files and in the cluster. */
export async function manifestsOf(
  name: string,
  namespace: string,
  options: AddApiOptions,
  inCluster: readonly SourceFile[],
  there?: StoredObject,
): Promise<Checked<Manifests>> {
  const named = await sortedFiles(options.fromFile);
  if (!named.ok) return named;
  const { documents: files, resources } = named.value;
  const paths = {
    documents: files,
    resources: [...resources, ...options.resources],
    references: "folder",
    functions: options.interceptors,
  } as const;
  const read = await loadSources(paths);
  const given = namedResources(read.resources, name, namespace);
  if (options.image !== undefined || options.fromFile.length === 0) {
    const problems = [...read.problems, ...readResources(given.files).problems, ...given.problems];
    return checked(
      {
        resources: given.applied,
        maps: [],
        namespace,
        api: over(given, apiOf(name, namespace, [], options)),
        inputHash: undefined,
        version: undefined,
        promised: undefined,
      },
      problems,
    );
  }
  const said = merged(withoutSources(there?.value.spec), given.spec);
  const { sources, pack } = await withFunctions(read, said, options.interceptors ?? dirname(files[0] ?? "."));
  const defaults = defaultsIn(said, name, namespace);
  const resolved = resolveIn({ ...sources, resources: given.files }, { name, namespace, defaults }, inCluster);
  if (!resolved.ok) return resolved;
  const mocks = mocksOfBuild(resolved.value);
  if (!mocks.ok) return mocks;
  const patches = patchesOf(resolved.value.map(({ model }) => model));
  if (!patches.ok) return failed(...resolved.problems, ...patches.problems);
  const stem = ownedName(name, "definition");
  const documents = sources.documents.map((document, index) =>
    definitionMaps(sources.documents.length === 1 ? stem : `${stem}-${index}`, keyOf(document), textOf(document)),
  );
  const { inputHash } = gatewayManifest(publishedApis(resolved.value), engine.name);
  const functions = pack === undefined ? undefined : functionsMap(name, pack);
  const api = over(given, apiOf(name, namespace, documents, options, functions));
  return checked(
    {
      resources: given.applied,
      maps: [...documents.flat(), ...(functions === undefined ? [] : [functions])],
      namespace,
      api,
      inputHash,
      version: resolved.value[0]?.model.version,
      promised: {
        documents: sources.documents,
        resources: withOthers(given.files, inCluster, namespace),
        cluster: clusterSettings(namespace, sources.documents.length === 1 ? name : undefined, defaults),
      },
    },
    [...resolved.problems, ...mocks.problems, ...patches.problems, ...given.problems],
  );
}

/** An API as the command says it, over what a file says of it. */
const over = ({ spec }: NamedResources, api: Manifest): Manifest => ({ ...api, spec: merged(spec, Object(api.spec)) });

/** What an API asks for, as the operator will read it. */
export const specOf = (api: Manifest): Checked<ApiSpec> =>
  apiSpecOf(storedObject({ ...api, metadata: { ...api.metadata, resourceVersion: "" } }));

/** What an API says for operations that say nothing of it themselves. What is wrong with it is said where it is read as a whole. */
function defaultsIn(spec: JsonObject, name: string, namespace: string): ApiDefaults {
  // What it is made from stands beside it, in files.
  const read = specOf({ apiVersion, kind: "API", metadata: { name, namespace }, spec: { ...spec, definition: [{ inline: "{}" }] } });
  return read.ok ? defaultsOf(read.value, namespace) : {};
}

/** A file's object counts before the cluster's of the same name: it is applied in its place. What is wrong with others there is not said here. */
function resolveIn(
  sources: GatewaySources,
  { name, namespace, defaults }: { readonly name: string; readonly namespace: string; readonly defaults: ApiDefaults },
  inCluster: readonly SourceFile[],
): Checked<readonly ResolvedApi[]> {
  return resolveInCluster(name, namespace, { ...sources, resources: withOthers(sources.resources, inCluster, namespace) }, defaults);
}

function withOthers(given: readonly SourceFile[], inCluster: readonly SourceFile[], namespace: string): readonly SourceFile[] {
  const own = new Set(given.map(({ value }) => nameOf(value, namespace)));
  return [...given, ...inCluster.filter((file) => !own.has(nameOf(file.value, namespace)) && isServable(file))];
}

/** Whether an object is in order, and done by this version. */
function isServable(file: SourceFile): boolean {
  const { value } = readResources([file]);
  const told = [
    ...[...value.targetEndpoints.values()].flatMap(({ node, spec }) => unserved("TargetEndpoint", node, spec)),
    ...[...value.securities.values()].flatMap(({ node, spec }) => unserved("Security", node, spec)),
    ...[...value.rateLimitings.values()].flatMap(({ node, spec }) => [
      ...unserved("RateLimiting", node, spec),
      ...globalLimitProblems(node, spec),
    ]),
  ];
  return isSound(file) && told.length === 0;
}

const nameOf = (value: unknown, namespace: string): string => {
  if (!isObject(value) || !isObject(value.metadata)) return "";
  const { name, namespace: its = namespace } = value.metadata;
  return `${String(value.kind)} ${String(its)}/${String(name)}`;
};

/** A document of one file as its author wrote it; one of several in one piece, for an entry has no folder. */
const textOf = (document: OpenApiDocument): string =>
  document.files.files.size === 0 ? document.files.root.text : `${JSON.stringify(wholeDocument(document), undefined, 2)}\n`;

const keyOf = ({ files }: OpenApiDocument): string =>
  files.files.size === 0 ? basename(files.root.name).replaceAll(/[^-._a-zA-Z0-9]/g, "_") : "openapi.json";
