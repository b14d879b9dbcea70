import type { BackendField } from "../api/backend.ts";
import { milliseconds } from "../api/duration.ts";
import type { Resource, Resources } from "../api/resource.ts";
import type { TargetEndpointSpec } from "../api/target-endpoint.ts";
import type { BackendPath } from "../model/api.ts";
import { type Backend, type BackendTarget, plainBackend, type Retry } from "../model/backend.ts";
import { error, type Problem } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { didYouMean } from "../text/suggest.ts";
import { type SaidTrust, trustOf } from "./backend-trust.ts";
import { careOf, retryAt, type SaidCare, unheededCare } from "./care.ts";
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
  /** When a request is sent again, where the backend says it. */
  readonly retry: Retry | undefined;
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
  const places = placesOf({ urls: said.urls ?? (said.url === undefined ? [] : [said.url]), failover: said.failover });
  for (const unheeded of unheededCare(said, at)) sayOnce(problems, unheeded);
  const backend = backendOf(`@${scope}`, places, said, child(at, said.urls === undefined ? "url" : "urls"), problems);
  return backend && { backend, path: said.basePath ?? "strip", timeoutMs: undefined, retry: retryAt(said, backend) };
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
  return (
    backend && {
      backend,
      path,
      timeoutMs: timeout === undefined ? undefined : milliseconds(timeout),
      retry: retryAt(endpoint.spec, backend),
    }
  );
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
  const { url, urls, targets, deploy, failover } = spec;
  const deployed = deploy === undefined || cluster === undefined ? [] : [`http://${cluster.deployedHost(name)}:${deploy.port}`];
  const places = targets ?? placesOf({ urls: urls ?? (url === undefined ? deployed : [url]), failover });
  const at = child(node, "spec");
  for (const unheeded of unheededCare(spec, at)) sayOnce(problems, unheeded);
  return backendOf(name, places, spec, child(at, urls === undefined ? (targets === undefined ? "url" : "targets") : "urls"), problems);
}

/** A place that requests go to, as a TargetEndpoint's `targets` have it. */
interface Placed {
  readonly url: string;
  readonly weight?: number | undefined;
  readonly group?: number | undefined;
}

/** Of urls that are an order each is a group of its own. */
const placesOf = ({
  urls,
  failover = false,
}: {
  readonly urls: readonly string[];
  readonly failover: boolean | undefined;
}): readonly Placed[] => urls.map((url, index) => ({ url, group: failover ? index : 0 }));

/** One backend of several urls. They differ in host and port only: a path or TLS is the backend's as a whole. */
function backendOf(
  name: string,
  places: readonly Placed[],
  said: SaidCare & SaidTrust & Pick<TargetEndpointSpec, "connectTimeout">,
  at: Node,
  problems: Problem[],
): Backend | undefined {
  const parent = { ...at, pointer: at.pointer.slice(0, at.pointer.lastIndexOf("/")) };
  const urls = places.map(({ url }) => url);
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
  const placed = distinct(
    targets.map((target, index) => ({ ...target, weight: places[index]?.weight ?? 1, group: places[index]?.group ?? 0 })),
  );
  const groups = [...new Set(placed.map(({ group }) => group))].toSorted((a, b) => a - b);
  return {
    name,
    // Envoy wants groups without a gap.
    targets: placed.map((target) => ({ ...target, group: groups.indexOf(target.group) })).filter(({ weight }) => weight > 0),
    path: parsed[0]?.path ?? "",
    connectTimeoutMs: said.connectTimeout === undefined ? defaultConnectTimeoutMs : milliseconds(said.connectTimeout),
    care: careOf(said, groups.length),
    ...trustOf(said, name, parent),
  };
}

const distinct = (targets: readonly BackendTarget[]): readonly BackendTarget[] => [
  ...new Map(targets.map((target) => [`${target.host} ${target.port}`, target] as const)).values(),
];

/** The destination that a server names. With the API's own base path nothing is rewritten. */
export function serverDestination({ target, path }: ServerUrl, scope: string, basePath: string): Destination | undefined {
  if (typeof target === "string") return undefined;
  const same = path === basePath;
  return {
    backend: {
      name: `@${scope}`,
      targets: [{ ...target, weight: 1, group: 0 }],
      path: same ? "" : path,
      ...plainBackend,
    },
    path: same ? "same" : "strip",
    timeoutMs: undefined,
    retry: undefined,
  };
}
