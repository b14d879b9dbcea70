import { deployedSpeaksTls } from "../api/backend-protocol.ts";
import { milliseconds } from "../api/duration.ts";
import type { Resource, Resources } from "../api/resource.ts";
import type { TargetEndpointSpec } from "../api/target-endpoint.ts";
import type { BackendPath, Sandbox } from "../model/api.ts";
import { type Backend, plainBackend, type Retry } from "../model/backend.ts";
import { error, type Problem } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";
import { didYouMean } from "../text/suggest.ts";

import { retryAt, unheededCare } from "./care.ts";
import { backendOf, placesOf } from "./placed-backend.ts";
import { grantAdvice, type Reference, referred } from "./referred.ts";
import { sayOnce } from "./say-once.ts";
import type { ServerUrl } from "./server-url.ts";
import type { ClusterSettings, ResolveSettings } from "./settings.ts";

/** Where an operation's requests go, as its level of the document or its servers say. */
export interface Destination {
  /** Backends by their shares of the requests; one at least. */
  readonly shares: readonly BackendShare[];
  readonly path: BackendPath;
  /** How long an answer may take, where the document, or else the TargetEndpoint, says it. */
  readonly timeoutMs: number | undefined;
  /** Where requests go that are for the sandbox. */
  readonly sandbox?: (Pick<Sandbox, "by" | "name" | "value"> & { readonly backend: Backend }) | undefined;
  /** What gets a copy of some requests; undefined for nothing. */
  readonly mirror?: { readonly backend: Backend; readonly percent: number } | undefined;
  /** When a request is sent again, where the backend says it. */
  readonly retry: Retry | undefined;
}

export interface BackendShare {
  readonly backend: Backend;
  readonly weight: number;
}

/** All requests. */
export const whole = (backend: Backend): readonly BackendShare[] => [{ backend, weight: 1 }];

/** What a backend's name is looked up in, and where what is wrong is gathered. */
export interface Surroundings {
  readonly resources: Resources;
  readonly settings: ResolveSettings;
  readonly problems: Problem[];
}

/** The destination that a TargetEndpoint is. */
export function endpointDestination(
  reference: Reference,
  path: BackendPath,
  at: Node,
  { resources, settings: { cluster }, problems }: Surroundings,
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
      shares: whole(backend),
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
  const scheme = deployedSpeaksTls(spec) ? "https" : "http";
  const deployed = deploy === undefined || cluster === undefined ? [] : [`${scheme}://${cluster.deployedHost(name)}:${deploy.port}`];
  const places = targets ?? placesOf({ urls: urls ?? (url === undefined ? deployed : [url]), failover });
  const at = child(node, "spec");
  for (const unheeded of unheededCare(spec, at)) sayOnce(problems, unheeded);
  return backendOf(name, places, spec, child(at, urls === undefined ? (targets === undefined ? "url" : "targets") : "urls"), problems);
}

/** The destination that a server names. With the API's own base path nothing is rewritten. */
export function serverDestination({ target, path }: ServerUrl, scope: string, basePath: string): Destination | undefined {
  if (typeof target === "string") return undefined;
  const same = path === basePath;
  const targets = [{ ...target, weight: 1, group: 0 }];
  return {
    shares: whole({ name: `@${scope}`, targets, path: same ? "" : path, ...plainBackend }),
    path: same ? "same" : "strip",
    timeoutMs: undefined,
    retry: undefined,
  };
}
