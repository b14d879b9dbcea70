import type { BackendField } from "../api/backend.ts";
import { milliseconds } from "../api/duration.ts";
import type { Resource, Resources } from "../api/resource.ts";
import type { TargetEndpointSpec } from "../api/target-endpoint.ts";
import type { Backend, BackendPath, Target } from "../model/api.ts";
import { error, type Problem } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { didYouMean } from "../text/suggest.ts";
import { grantAdvice, type Reference, referred } from "./referred.ts";
import { sayOnce } from "./say-once.ts";
import { parseServerUrl, type ServerUrl } from "./server-url.ts";
import type { ClusterSettings, ResolveSettings } from "./settings.ts";

/** Where an operation's requests go, as its level of the document or its servers say. */
export interface Destination {
  readonly backend: Backend;
  readonly path: BackendPath;
  /** How long an answer may take, where the document, or else the TargetEndpoint, says it. */
  readonly timeoutMs: number | undefined;
}

/** What a backend's name is looked up in, and where what is wrong is gathered. */
interface Surroundings {
  readonly resources: Resources;
  readonly settings: ResolveSettings;
  readonly problems: Problem[];
}

const defaultConnectTimeoutMs = 5000;

/** The destination that an extension's `backend` names. `scope` names what it is said for: it becomes the backend's name where it has none. */
export function namedDestination(
  said: BackendField,
  at: Node,
  scope: string,
  { resources, settings, problems }: Surroundings,
): Destination | undefined {
  const { name, namespace } = typeof said === "string" ? { name: said } : said;
  if (name !== undefined)
    return endpointDestination(
      { name, namespace },
      typeof said === "string" ? "strip" : (said.basePath ?? "strip"),
      at,
      resources,
      settings.cluster,
      problems,
    );
  if (typeof said === "string") return undefined;
  const urls = said.urls ?? (said.url === undefined ? [] : [said.url]);
  const backend = backendOf(`@${scope}`, urls, defaultConnectTimeoutMs, child(at, said.urls === undefined ? "url" : "urls"), problems);
  return backend && { backend, path: said.basePath ?? "strip", timeoutMs: undefined };
}

function endpointDestination(
  reference: Reference,
  path: BackendPath,
  at: Node,
  resources: Resources,
  cluster: ClusterSettings | undefined,
  problems: Problem[],
): Destination | undefined {
  const endpoint = referred(resources.targetEndpoints, reference, cluster);
  if (endpoint === undefined) {
    problems.push(error("UnknownBackend", placeOf(at), notFound(reference, resources, cluster)));
    return undefined;
  }
  const { timeout } = endpoint.spec;
  const backend = endpointBackend(endpoint, cluster, problems);
  return backend && { backend, path, timeoutMs: timeout === undefined ? undefined : milliseconds(timeout) };
}

function notFound(reference: Reference, { targetEndpoints }: Resources, cluster: ClusterSettings | undefined): string {
  const { name, namespace } = reference;
  if (namespace !== undefined && namespace !== cluster?.namespace)
    return `There is no TargetEndpoint \`${name}\` in \`${namespace}\` that may be used here. ${grantAdvice("TargetEndpoint", reference, cluster)}`;
  const hint = didYouMean(name, [...targetEndpoints.keys()]) || " Add a TargetEndpoint of this name, or write `backend: {url: ...}`.";
  return `There is no TargetEndpoint \`${name}\`.${hint}`;
}

/** The backend that a TargetEndpoint is. What is wrong with its urls is added to `problems`. */
export function endpointBackend(
  { name, spec, node }: Resource<TargetEndpointSpec>,
  cluster: ClusterSettings | undefined,
  problems: Problem[],
): Backend | undefined {
  const { url, urls, deploy, connectTimeout } = spec;
  const deployed = deploy === undefined || cluster === undefined ? [] : [`http://${cluster.deployedHost(name)}:${deploy.port}`];
  return backendOf(
    name,
    urls ?? (url === undefined ? deployed : [url]),
    connectTimeout === undefined ? defaultConnectTimeoutMs : milliseconds(connectTimeout),
    child(child(node, "spec"), urls === undefined ? "url" : "urls"),
    problems,
  );
}

/** One backend of several urls, each asked in its turn. They differ in host and port only: a path or TLS is the backend's as a whole. */
function backendOf(name: string, urls: readonly string[], connectTimeoutMs: number, at: Node, problems: Problem[]): Backend | undefined {
  const parsed = urls.map(parseServerUrl);
  const targets = parsed.flatMap(({ target }) => (typeof target === "string" ? [] : [target]));
  const [first] = targets;
  if (first === undefined || targets.length < urls.length) {
    // A TargetEndpoint with fields of a later version only: its NotYet was said already.
    if (urls.length > 0)
      sayOnce(
        problems,
        error(
          "WrongValue",
          placeOf(at),
          "A url here is none that requests can be sent to. Write scheme and host, such as `http://pets:8080`.",
        ),
      );
    return undefined;
  }
  if (parsed.some(({ path }) => path !== parsed[0]?.path) || targets.some(({ tls }) => tls !== first.tls)) {
    sayOnce(
      problems,
      error("WrongValue", placeOf(at), "The urls of one backend differ in path or scheme. Let them differ in host and port only."),
    );
    return undefined;
  }
  return { name, targets: distinct(targets), path: parsed[0]?.path ?? "", connectTimeoutMs };
}

const distinct = (targets: readonly Target[]): readonly Target[] => [
  ...new Map(targets.map((target) => [`${target.host} ${target.port}`, target] as const)).values(),
];

/** The destination that a server names. With the API's own base path nothing is rewritten. */
export function serverDestination({ target, path }: ServerUrl, scope: string, basePath: string): Destination | undefined {
  if (typeof target === "string") return undefined;
  const same = path === basePath;
  return {
    backend: { name: `@${scope}`, targets: [target], path: same ? "" : path, connectTimeoutMs: defaultConnectTimeoutMs },
    path: same ? "same" : "strip",
    timeoutMs: undefined,
  };
}
