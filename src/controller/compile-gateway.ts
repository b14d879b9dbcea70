import { type ApiSpec, apiSpec } from "../api/api.ts";
import { checkShape } from "../api/check.ts";
import { qualifiedName, splitName } from "../api/qualified-name.ts";
import { tiers } from "../api/tiers.ts";
import type { StoredObject } from "../apply/kubernetes/stored-object.ts";
import { pageLibrary } from "../apply/page-library.ts";
import { containerEnvironment } from "../compile/container-environment.ts";
import type { Environment, GatewayFiles, ServiceAddress, TraceCollector } from "../compile/engine.ts";
import { envoy } from "../compile/envoy/engine.ts";
import { mocksOfBuild } from "../compile/envoy/mocks-of-build.ts";
import { type GatewayFolder, gatewayFolder } from "../compile/gateway-folder.ts";
import { type CompiledApi, gatewayManifest } from "../compile/manifest.ts";
import { patchProblems } from "../compile/patch-problems.ts";
import type { ApiModel } from "../model/api.ts";
import { modelReferences } from "../model/references.ts";
import type { ValueReference, Verifier } from "../model/security.ts";
import type { Values } from "../model/values.ts";
import type { GatewayWorkload } from "../model/workload.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { type Checked, checked, failed, type Problem } from "../problem.ts";
import type { Reason } from "../reason.ts";
import { trustWithoutTls } from "../resolve/client-certificates.ts";
import { publishedApis, type ReadSources, type ResolvedApi, resolveGateway, unserved } from "../resolve/gateway.ts";
import type { ClusterSettings, FaultySecurity } from "../resolve/settings.ts";
import { valueProblems, withLastGood } from "../resolve/values.ts";
import { child, isObject, root, type SourceFile } from "../text/node.ts";
import { backendName } from "../workloads/backend.ts";
import { servesTls } from "../workloads/exposure.ts";
import { tlsFolder } from "../workloads/gateway-pods.ts";

/** The engine of every gateway. */
export const engine = envoy;

/** An API's gateway, compiled. */
export interface CompiledGateway {
  readonly apis: readonly CompiledApi[];
  readonly folder: GatewayFolder;
  /** The names of the TargetEndpoints that requests go to. */
  readonly endpoints: readonly string[];
  /** How credentials are checked. */
  readonly verifiers: readonly Verifier[];
  /** The names of Securities that nobody named: each is taken for being the one of its kind. */
  readonly ofKinds: readonly string[];
  /** What the environment keeps for it. */
  readonly references: readonly ValueReference[];
  /** The names of the RateLimitings that count for operations. */
  readonly limits: readonly string[];
  /** What credentials are checked with. */
  readonly values: Values;
  /** What of the environment is missing or wrong, and held up nothing. */
  readonly unresolved: readonly Problem[];
}

/** An object of the cluster's as a text with positions, so that a Problem in it names its field, and its namespace where `home` is another. */
export const objectFile = ({ metadata, value }: StoredObject, home: string = metadata.namespace): SourceFile => ({
  name: `${String(value.kind)}/${qualifiedName(metadata.name, metadata.namespace, home)}`,
  text: JSON.stringify(value, undefined, 2),
  document: 0,
  value,
});

/** The spec of an API object. Fails with what is wrong with it, and with NotYet. */
export function apiSpecOf(object: StoredObject): Checked<ApiSpec> {
  const whole = root(objectFile(object));
  const spec = checkShape(apiSpec, child(whole, "spec"));
  if (!spec.ok) return spec;
  return checked(spec.value, unserved("API", whole, spec.value));
}

/** What a gateway is compiled from. */
export interface GatewayInput {
  readonly workload: GatewayWorkload;
  readonly documents: readonly OpenApiDocument[];
  /** What was wrong with reading them. */
  readonly problems: readonly Problem[];
  /** The TargetEndpoints of the API's namespace, and those of others that it may use. */
  readonly endpoints: readonly StoredObject[];
  /** The Securities of the same. */
  readonly securities: readonly StoredObject[];
  /** The RateLimitings of the same. */
  readonly rateLimitings: readonly StoredObject[];
  readonly defaults: ApiDefaults;
  /** What counts limits for all gateways. */
  readonly limitsService: ServiceAddress | undefined;
}

/** Where a gateway runs, and what is there for it. */
interface Surroundings extends Pick<GatewayInput, "workload" | "limitsService"> {
  /** Who is told of requests. */
  readonly traces: TraceCollector | undefined;
  /** What credentials were checked with so far beside an image, by what it is made from; undefined where that is not known. */
  readonly before: (inputHash: string) => Values | undefined;
  /** Whether the API serves already. */
  readonly serves: boolean;
}

/** What an environment keeps, as a gateway uses it. */
interface JudgedValues {
  readonly kept: Values;
  /** What holds up the gateway. */
  readonly missing: readonly Problem[];
  /** What is missing or wrong, and does not where the gateway serves. */
  readonly unresolved: readonly Problem[];
}

/**
 * Judges what an environment keeps. An API that serves goes on without what is gone, for that may have been revoked, and with the last that was good of what is wrong: where that is not
 * known, all stays as it is.
 */
export function judgedValues(
  models: readonly ApiModel[],
  values: Values,
  { before, serves }: Pick<Surroundings, "serves"> & { readonly before: Values | undefined },
): JudgedValues {
  const errors = (holdsUp: (mayStay: boolean) => boolean): readonly Problem[] =>
    valueProblems(models, values, (mayStay) => (holdsUp(mayStay) ? "error" : "warning"), before).filter(
      ({ severity }) => severity === "error",
    );
  return {
    kept: withLastGood(models, values, before),
    missing: errors((mayStay) => before === undefined && (!serves || mayStay)),
    unresolved: errors(() => true),
  };
}

/** Compiles an API's gateway from what it was resolved to, and what credentials are checked with. Pure, but for Swagger UI's files, which never change. */
export function compileGateway(resolved: Resolved, surroundings: Surroundings, values: Values): Checked<CompiledGateway> {
  const { workload } = surroundings;
  const models = resolved.value.map(({ model }) => model);
  const apis = publishedApis(resolved.value);
  const manifest = gatewayManifest(apis, engine.name);
  const judged = judgedValues(models, values, { before: surroundings.before(manifest.inputHash), serves: surroundings.serves });
  const mocks = mocksOfBuild(resolved.value);
  const environment = { ...environmentOf(surroundings, mocks.ok ? mocks.value : undefined), values: judged.kept };
  const missing = [
    ...patchProblems(engine.refusedPatches(models, environment)),
    ...judged.missing,
    ...(servesTls(workload) ? [] : trustWithoutTls(models, "Name a Secret in `expose: {tls: ...}`, without an Ingress.")),
  ];
  if (missing.length > 0) return failed(...resolved.problems, ...missing);
  if (!mocks.ok) return failed(...resolved.problems, ...mocks.problems);
  const folder = gatewayFolder(engine, apis, environment, pageLibrary, manifest);
  const names = apis.flatMap(({ model }) => model.backends.map(({ name }) => name));
  const endpoints = [...new Set(names.filter((name) => !name.startsWith("@")))];
  const limits = [...new Set(models.flatMap((model) => model.limits.map(({ name }) => name)))].filter((name) => !tiers.has(name));
  return checked(
    {
      apis,
      folder,
      endpoints,
      verifiers: models.flatMap(({ verifiers }) => verifiers),
      ofKinds: resolved.value.flatMap(({ ofKinds }) =>
        ofKinds.flat().flatMap(({ security, taken }) => (taken === undefined ? [] : [security])),
      ),
      references: modelReferences(models),
      limits,
      values: judged.kept,
      unresolved: judged.unresolved,
    },
    [...resolved.problems, ...mocks.problems],
  );
}

type Resolved = Extract<Checked<readonly ResolvedApi[]>, { ok: true }>;

/**
 * Resolves an API's documents. Pure. Fails with every Problem of them and of what they refer to: what is wrong with a TargetEndpoint or Security stops only
 * those APIs that use it, and a Security those, too, that take the one of its kind, for it might be the one.
 */
export function resolveUsed(input: GatewayInput): Checked<readonly ResolvedApi[]> {
  const objects = [...input.endpoints, ...input.securities, ...input.rateLimitings];
  const whole = resolve(input, objects);
  if (whole.ok) return whole;
  const faulty = new Set(whole.problems.filter(({ severity }) => severity === "error").map(({ where }) => where.source));
  const sound = objects.filter((object) => !faulty.has(objectFile(object, input.workload.namespace).name));
  if (sound.length === objects.length) return whole;
  const left = input.securities.filter((object) => !sound.includes(object));
  const rest = resolve(
    input,
    sound,
    left.map(({ metadata, value: { spec } }) => ({
      name: qualifiedName(metadata.name, metadata.namespace, input.workload.namespace),
      type: isObject(spec) ? spec.type : undefined,
    })),
  );
  const misses = !rest.ok && rest.problems.some(({ reason }) => missing.has(reason));
  return misses ? whole : rest;
}

/** What is said where an object is left out that is used. */
const missing: ReadonlySet<Reason> = new Set(["UnknownBackend", "MissingSecurity", "UnknownLimit"]);

/** What an API says for operations that say nothing of it themselves. */
export type ApiDefaults = Pick<
  ClusterSettings,
  "security" | "limits" | "fields" | "publishes" | "allowed" | "patches" | "foreignInterceptors"
>;

/** What an API's spec says for such operations. */
export const defaultsOf = (
  { security = [], rateLimit = [], cache, compression, maintenance, maxBody, validation, publish, interceptors, envoyPatches }: ApiSpec,
  namespace: string,
): ApiDefaults => ({
  publishes: publish,
  allowed: interceptors?.allow,
  foreignInterceptors: interceptors?.foreign,
  patches: envoyPatches,
  fields: Object.fromEntries(
    Object.entries({ cache, compression, maintenance, maxBody, validation, interceptors: functionsOf(interceptors) }).filter(
      ([, value]) => value !== undefined,
    ),
  ),
  security: security.map((one) => ({ security: qualifiedName(one.name, one.namespace, namespace), scopes: one.scopes ?? [] })),
  limits: rateLimit.map((one) => ({ name: one.name, namespace: one.namespace })),
});

/** Which functions see messages where the document names none. */
function functionsOf(said: ApiSpec["interceptors"]): Partial<NonNullable<ApiSpec["interceptors"]>> | undefined {
  const { source: _, allow: __, foreign: ___, ...functions } = said ?? {};
  return Object.keys(functions).length === 0 ? undefined : functions;
}

/** What a namespace adds to resolving. `apiName` is undefined where an API has several documents, which say their names. */
export const clusterSettings = (
  namespace: string,
  apiName: string | undefined,
  defaults: Partial<ClusterSettings> = {},
): ClusterSettings => ({
  namespace,
  apiName,
  ...defaults,
  deployedHost: (endpoint) => {
    const at = splitName(endpoint, namespace);
    return `${backendName(at.name)}.${at.namespace}.svc`;
  },
});

/** The documents of an API as a cluster's operator resolves them: whoever adds one meets the same Problems before. */
export const resolveInCluster = (
  api: string,
  namespace: string,
  sources: ReadSources,
  defaults: ApiDefaults & Pick<ClusterSettings, "faultySecurities"> = {},
  countsGlobally = true,
): Checked<readonly ResolvedApi[]> =>
  resolveGateway(sources, {
    mock: false,
    credentials: "fail",
    countsGlobally,
    cluster: clusterSettings(namespace, sources.documents.length === 1 ? api : undefined, defaults),
  });

const resolve = (
  { workload: { api, namespace }, documents, problems, defaults, limitsService }: GatewayInput,
  objects: readonly StoredObject[],
  faultySecurities: readonly FaultySecurity[] = [],
) => {
  const resources = objects.map((object) => objectFile(object, namespace));
  return resolveInCluster(
    api,
    namespace,
    { documents, problems, resources },
    { ...defaults, faultySecurities },
    limitsService !== undefined,
  );
};

/** A gateway's surroundings in its pod. What leads an Ingress or HTTPRoute to it says who the client is. */
export function environmentOf(
  { workload, limitsService, traces }: Pick<Surroundings, "workload" | "limitsService" | "traces">,
  mockSocket: string | undefined,
): Environment {
  const { ingress, httpRoute } = workload.exposure;
  const tls = servesTls(workload) ? { certificate: `${tlsFolder}/tls.crt`, key: `${tlsFolder}/tls.key` } : undefined;
  return {
    ...containerEnvironment,
    listener: { ...containerEnvironment.listener, tls },
    addresses: workload.addresses,
    errors: workload.errors,
    trustedHops: ingress === undefined && httpRoute === undefined ? 0 : 1,
    mockSocket,
    limitsService,
    traces,
    neighbourhood: workload.namespace,
  };
}

/** The mounted part of a gateway: file name -> text. */
export const mountedPart = (files: GatewayFiles): ReadonlyMap<string, string> =>
  new Map([...files].filter(([path]) => path.startsWith("mounted/")).map(([path, text]) => [path.slice("mounted/".length), text]));
