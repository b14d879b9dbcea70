import type { BackendField } from "../api/backend.ts";
import { milliseconds } from "../api/duration.ts";
import type { Resource, Resources } from "../api/resource.ts";
import type { TargetEndpointSpec } from "../api/target-endpoint.ts";
import type { BackendPath } from "../model/api.ts";
import { type Backend, plainBackend, type Retry } from "../model/backend.ts";
import { error, type Problem } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { didYouMean } from "../text/suggest.ts";

import { retryAt, retryOf, unheededCare, unheededRetry } from "./care.ts";
import { backendOf, placesOf } from "./placed-backend.ts";
import { grantAdvice, type Reference, referred } from "./referred.ts";
import { sayOnce } from "./say-once.ts";
import type { ServerUrl } from "./server-url.ts";
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

/** The destination that an extension's `backend` names. `scope` names what it is said for: it becomes the backend's name where it has none. */
export function namedDestination(
  said: BackendField,
  at: Node,
  scope: string,
  { resources, settings, problems }: Surroundings,
): Destination | undefined {
  const { name, namespace } = typeof said === "string" ? { name: said } : said;
  if (name !== undefined) {
    const path = typeof said === "string" ? "strip" : (said.basePath ?? "strip");
    const found = endpointDestination({ name, namespace }, path, at, resources, settings.cluster, problems);
    if (typeof said === "string") return found;
    for (const one of besideName(said, at)) sayOnce(problems, one);
    for (const unheeded of unheededRetry(said.retry, child(at, "retry"))) sayOnce(problems, unheeded);
    return found && { ...found, retry: said.retry === undefined ? found.retry : retryOf(said.retry) };
  }
  if (typeof said === "string") return undefined;
  const places = placesOf({ urls: said.urls ?? (said.url === undefined ? [] : [said.url]), failover: said.failover });
  for (const unheeded of unheededCare(said, at)) sayOnce(problems, unheeded);
  const backend = backendOf(`@${scope}`, places, said, child(at, said.urls === undefined ? "url" : "urls"), problems);
  return backend && { backend, path: said.basePath ?? "strip", timeoutMs: undefined, retry: retryAt(said, backend) };
}

/** How a TargetEndpoint is treated and shown to is its own matter, for it may be another one where the image serves. */
const ofEndpoint = ["failover", "loadBalancing", "circuitBreaker", "connectionPool", "healthCheck", "tls", "credentials"] as const;

function besideName(said: Exclude<BackendField, string>, at: Node): readonly Problem[] {
  const fields = ofEndpoint.filter((field) => said[field] !== undefined);
  const message = (field: string): string =>
    `\`${field}\` is for the TargetEndpoint \`${said.name ?? ""}\` itself to say. Write it there, or name a \`url\` here.`;
  const budget = said.retry?.budgetPercent === undefined ? [] : [child(child(at, "retry"), "budgetPercent")];
  return [
    ...fields.map((field) => error("WrongValue", placeOf(child(at, field)), message(field))),
    ...budget.map((where) => error("WrongValue", placeOf(where), message("budgetPercent"))),
  ];
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
