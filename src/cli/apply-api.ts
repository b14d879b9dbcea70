import { basename } from "node:path";
import { dump } from "js-yaml";
import { dnsLabel } from "../api/name.ts";
import { openClient } from "../apply/kubernetes/client.ts";
import { resources } from "../apply/kubernetes/kinds.ts";
import { type ObjectStore, objectStore } from "../apply/kubernetes/objects.ts";
import { openTransport, type Transport } from "../apply/kubernetes/transport.ts";
import { containerEnvironment } from "../compile/container-environment.ts";
import { mocksOfBuild } from "../compile/envoy/mocks-of-build.ts";
import { clusterSettings, objectFile } from "../controller/compile-gateway.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { wholeDocument } from "../openapi/published.ts";
import { type Checked, checked, error, failed, type Problem, wholeFile } from "../problem.ts";
import { publishedApis, type ResolvedApi, resolveGateway } from "../resolve/gateway.ts";
import { type DefinitionMap, definitionMaps } from "../source/definition-maps.ts";
import { type GatewaySources, loadSources } from "../source/gateway.ts";
import { isObject, type SourceFile } from "../text/node.ts";
import { ownedName } from "../workloads/object.ts";
import type { AddApiOptions } from "./add.ts";
import { apiOf, configMapOf, type Manifest } from "./api-objects.ts";
import { failure } from "./failure.ts";
import { folderOf } from "./prepare.ts";
import { reportProblems } from "./report-problems.ts";
import { waitForApi } from "./wait-for-api.ts";

/** Checks documents, stores them in the cluster with their API, and waits until that serves; the exit code. */
export async function applyApi(name: string, options: AddApiOptions): Promise<number> {
  const named = dnsLabel.safeParse(name);
  if (!named.success) return failure([error("WrongValue", wholeFile(name), `${named.error.issues[0]?.message ?? ""}`)]);
  if (options.dryRun === "client") return printApi(name, options);
  const client = openClient(options);
  if (!client.ok) return failure(client.problems);
  const transport = openTransport(client.value.config);
  try {
    return await addTo(transport, options.namespace ?? client.value.namespace, name, options);
  } finally {
    transport.close();
  }
}

/** What would be applied, checked as far as that goes without a cluster. */
async function printApi(name: string, options: AddApiOptions): Promise<number> {
  const made = await manifestsOf(name, options.namespace ?? "default", options, []);
  if (!made.ok) return failure(made.problems);
  reportProblems(made.problems, [], process.stderr);
  process.stdout.write(printed(all(made.value), options.output ?? "yaml"));
  return 0;
}

async function addTo(transport: Transport, namespace: string, name: string, options: AddApiOptions): Promise<number> {
  const store = objectStore(transport, "portico-cli", options.dryRun === "server");
  const [there, endpoints] = await Promise.all([
    store.read(resources.apis, namespace, name),
    store.list(resources.targetEndpoints, namespace, {}),
  ]);
  if (!there.ok || !endpoints.ok) return failure([...there.problems, ...endpoints.problems]);
  if (there.value !== undefined) return failure([exists(name, namespace)]);
  const made = await manifestsOf(name, namespace, options, endpoints.value.map(objectFile));
  if (!made.ok) return failure(made.problems);
  reportProblems(made.problems, [], process.stderr);
  const began = performance.now();
  const applied = await applyAll(store, made.value);
  if (!applied.ok) return failure(applied.problems);
  if (options.output !== undefined) process.stdout.write(printed(all(made.value), options.output));
  if (options.dryRun !== undefined || !options.wait) return 0;
  return waitForApi(transport, { namespace, name, generation: applied.value.generation }, { seconds: options.timeout, began });
}

const exists = (name: string, namespace: string): Problem =>
  error(
    "NameTaken",
    wholeFile(`API/${name}`),
    `There is an API of this name in ${namespace} already. Change it with \`kubectl apply\`, or choose another name.`,
  );

/** All that an API is made of in the cluster. */
interface Manifests {
  readonly resources: readonly Manifest[];
  readonly maps: readonly DefinitionMap[];
  readonly namespace: string;
  readonly api: Manifest;
}

const all = ({ resources: before, maps, namespace, api }: Manifests): readonly Manifest[] => [
  ...before,
  ...maps.map((map) => configMapOf(map, namespace)),
  api,
];

/** The API's objects. Fails with every Problem of its documents and of what they refer to, in files and in the cluster. */
async function manifestsOf(
  name: string,
  namespace: string,
  options: AddApiOptions,
  inCluster: readonly SourceFile[],
): Promise<Checked<Manifests>> {
  if (options.fromFile.length === 0)
    return failed(error("DefinitionMissing", wholeFile(name), "Nothing says which document. Name one with --from-file=petstore.yaml."));
  const sources = await loadSources({ documents: options.fromFile, resources: options.resources, references: "folder" });
  const resolved = resolveIn(sources, name, namespace, inCluster);
  if (!resolved.ok) return resolved;
  const mocks = mocksOfBuild(resolved.value);
  if (!mocks.ok) return mocks;
  const stem = ownedName(name, "definition");
  const documents = sources.documents.map((document, index) =>
    definitionMaps(sources.documents.length === 1 ? stem : `${stem}-${index}`, keyOf(document), textOf(document)),
  );
  const { manifest } = folderOf(publishedApis(resolved.value), { ...containerEnvironment, mockSocket: mocks.value });
  const annotations: Readonly<Record<string, string>> = options.override ? { "portico.dev/rebuild-to": manifest.inputHash } : {};
  const api = apiOf(name, namespace, documents, options, annotations);
  const before = sources.resources.flatMap(({ value }) => manifestIn(value, namespace));
  return checked({ resources: before, maps: documents.flat(), namespace, api }, [...resolved.problems, ...mocks.problems]);
}

/** A file's TargetEndpoint counts before the cluster's of the same name: it is applied in its place. */
function resolveIn(
  sources: GatewaySources,
  name: string,
  namespace: string,
  inCluster: readonly SourceFile[],
): Checked<readonly ResolvedApi[]> {
  const own = new Set(sources.resources.map(({ value }) => nameOf(value)));
  const others = inCluster.filter(({ value }) => !own.has(nameOf(value)));
  return resolveGateway(
    { ...sources, resources: [...sources.resources, ...others] },
    {
      mock: false,
      credentials: "fail",
      cluster: clusterSettings(namespace, sources.documents.length === 1 ? name : undefined),
    },
  );
}

const nameOf = (value: unknown): string =>
  isObject(value) && isObject(value.metadata) ? `${String(value.kind)} ${String(value.metadata.name)}` : "";

/** Of the files' objects those of Portico's kinds. */
function manifestIn(value: unknown, namespace: string): readonly Manifest[] {
  if (!isObject(value) || !isObject(value.metadata) || !String(value.apiVersion).startsWith("portico.dev/")) return [];
  const metadata = { namespace, ...value.metadata, name: String(value.metadata.name) };
  return [{ ...value, apiVersion: String(value.apiVersion), kind: String(value.kind), metadata }];
}

/** A document of one file as its author wrote it; one of several in one piece, for an entry has no folder. */
const textOf = (document: OpenApiDocument): string =>
  document.files.files.size === 0 ? document.files.root.text : `${JSON.stringify(wholeDocument(document), undefined, 2)}\n`;

const keyOf = ({ files }: OpenApiDocument): string =>
  files.files.size === 0 ? basename(files.root.name).replaceAll(/[^-._a-zA-Z0-9]/g, "_") : "openapi.json";

/** Applies what the API needs, the API, and then its documents once more, which now belong to it and go with it. */
async function applyAll(
  store: ObjectStore,
  { resources: before, maps, namespace, api }: Manifests,
): Promise<Checked<{ readonly generation: number }>> {
  for (const one of [...before, ...maps.map((map) => configMapOf(map, namespace))]) {
    const applied = await store.apply(one);
    if (!applied.ok) return applied;
  }
  const added = await store.apply(api);
  if (!added.ok) return added;
  const { name, uid, generation } = added.value.metadata;
  for (const map of maps) {
    const owned = await store.apply(configMapOf(map, namespace, { name, uid }));
    if (!owned.ok) return owned;
  }
  return checked({ generation }, []);
}

const printed = (manifests: readonly Manifest[], format: "yaml" | "json"): string =>
  format === "json"
    ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }, undefined, 2)}\n`
    : manifests.map((one) => dump(one, { lineWidth: -1, noRefs: true })).join("---\n");
