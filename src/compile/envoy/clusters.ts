import { isIP } from "node:net";
import type { ApiModel } from "../../model/api.ts";
import { type Backend, type BackendTarget, plainBackend } from "../../model/backend.ts";
import { backendValues } from "../../model/backend-values.ts";
import { remoteKeys } from "../../model/issuer-keys.ts";
import { verifiersOf } from "../../model/references.ts";
import type { Environment, ServiceAddress } from "../engine.ts";
import { careFields } from "./backend-care.ts";
import { credentialFilters } from "./backend-secrets.ts";
import { backendTls, soleHost } from "./backend-tls.ts";
import { cacheClusters, keepsAnswers } from "./cache-listeners.ts";
import { extension, type Message } from "./json.ts";
import { mockBackendCluster } from "./mock-route.ts";
import { clusterName, collectorCluster, limitsCluster, ownMetadata } from "./names.ts";
import { backendPatches, patched, type Refusing } from "./patches.ts";
import { keysCluster } from "./tokens.ts";

type Surroundings = Pick<Environment, "trustedRoots" | "values">;

/** The clusters of a gateway: one for each backend, and those of Portico's own. They are mounted: they hold the environment's addresses. */
export function clusters(
  apis: readonly ApiModel[],
  { mockSocket, limitsService: counter, traces, trustedRoots, values }: Environment,
  refusing: Refusing,
): readonly Message[] {
  const surroundings = { trustedRoots, values };
  return [
    ...apis.flatMap((api) =>
      api.backends.map((backend) => {
        const cluster = backendCluster(clusterName(api.name, backend.name), backend, surroundings);
        return patched(cluster, backendPatches(api, backend.name), refusing);
      }),
    ),
    ...keysClusters(apis, surroundings),
    ...(counter === undefined ? [] : [serviceCluster(limitsCluster, counter, mostQuestions, surroundings)]),
    ...(traces === undefined ? [] : [serviceCluster(collectorCluster, traces, plainBackend.care.most.requests, surroundings)]),
    ...(keepsAnswers(apis) ? cacheClusters : []),
    ...(mockSocket === undefined ? [] : [mockBackendCluster(mockSocket)]),
  ];
}

/** What counts limits is asked little, and by many requests at once. */
const mostQuestions = 100_000;

/** A service of one's own, over gRPC. */
function serviceCluster(name: string, { host, port }: ServiceAddress, requests: number | undefined, surroundings: Surroundings): Message {
  const care = { ...plainBackend.care, http: "2", most: { ...plainBackend.care.most, requests } } as const;
  const targets = [{ tls: false, host, port, weight: 1, group: 0 }];
  return backendCluster(name, { name, targets, path: "", ...plainBackend, care }, surroundings);
}

/** Where issuers' keys are fetched from, each place once. */
function keysClusters(apis: readonly ApiModel[], surroundings: Surroundings): readonly Message[] {
  const { values } = surroundings;
  const keys = verifiersOf(apis).flatMap(({ tokens }) => (tokens?.issuers ?? []).map((issuer) => issuer.keys));
  const targets = keys.flatMap((one) => remoteKeys(one, values)?.target ?? []);
  const places = new Map(targets.map((target) => [keysCluster(target), target] as const));
  return [...places].map(([name, target]) =>
    backendCluster(name, { name, targets: [{ ...target, weight: 1, group: 0 }], path: "", ...plainBackend }, surroundings),
  );
}

/** Envoy resolves names again as their time to live says and keeps the last good answer (envoy: clusters.dns, as STRICT_DNS was). */
function backendCluster(name: string, backend: Backend, { trustedRoots, values }: Surroundings): Message {
  const read = backendValues(backend, values);
  const numeric = backend.targets.every(({ host }) => isIP(host) !== 0);
  return {
    name,
    ...(numeric ? { type: "STATIC" } : { cluster_type: resolved }),
    connect_timeout: `${backend.connectTimeoutMs / 1000}s`,
    per_connection_buffer_limit_bytes: 32768,
    // What the backend's URL has before a path: routes put it there.
    metadata: { filter_metadata: { [ownMetadata]: { path: backend.path } } },
    ...careFields(backend, read.kind === "read" ? credentialFilters(name, backend) : []),
    // Without what it is to be shown, or believed by, a backend is sent nothing.
    load_assignment: { cluster_name: name, endpoints: read.kind === "read" ? groups(backend) : [] },
    ...(read.kind === "read" && backend.targets.some(({ tls }) => tls)
      ? { transport_socket: backendTls(name, backend, read.value, trustedRoots) }
      : {}),
  };
}

const resolved = extension("envoy.clusters.dns", "envoy.extensions.clusters.dns.v3.DnsCluster", {
  respect_dns_ttl: true,
  dns_lookup_family: "V4_PREFERRED",
});

/** The targets by their groups: one with a higher number serves while those with lower ones fail (envoy: LocalityLbEndpoints.priority). */
function groups({ targets, care }: Backend): readonly Message[] {
  const isChecked = care.check !== undefined;
  const numbers = [...new Set(targets.map(({ group }) => group))].toSorted((a, b) => a - b);
  return numbers.map((number) => ({
    lb_endpoints: targets.filter(({ group }) => group === number).map(endpoint(targets, isChecked)),
    ...(number === 0 ? {} : { priority: number }),
  }));
}

/** An endpoint with the name that its requests carry in Host. Where Envoy takes the name in TLS from it too, it has no port. */
const endpoint =
  (targets: readonly BackendTarget[], isChecked: boolean) =>
  ({ host, port, tls, weight }: BackendTarget): Message => {
    const literal = isIP(host) === 6 ? `[${host}]` : host;
    const bare = port === (tls ? 443 : 80) || (tls && soleHost(targets) === undefined);
    const hostname = bare ? literal : `${literal}:${port}`;
    return {
      endpoint: {
        hostname,
        ...(isChecked ? { health_check_config: { hostname } } : {}),
        address: { socket_address: { address: host, port_value: port } },
      },
      ...(targets.some((one) => one.weight !== 1) ? { load_balancing_weight: weight } : {}),
    };
  };
