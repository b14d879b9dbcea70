import type { Backend, BackendCare, Balancing, Circuit, Ejection, HealthCheck } from "../../model/backend.ts";
import { plainBackend } from "../../model/backend.ts";
import type { ValueReference } from "../../model/security.ts";
import type { Place } from "../../problem.ts";
import type { Fact } from "./facts.ts";

const seconds = (ms: number): string => `${ms / 1000}s`;

/** How a backend is spoken to, believed and looked after, as far as something is said of it. */
export function careFacts({ care, tls, credential, connectTimeoutMs, targets }: Backend, place: Place | undefined): readonly Fact[] {
  const said: readonly (readonly [name: string, value: string | undefined])[] = [
    ["speaks", care.http === "2" ? "HTTP/2" : undefined],
    ["believed", tls.trust === "system" ? undefined : trust(tls.trust)],
    ["server name", tls.serverName],
    ["shown", tls.clientCertificate && `the certificate of ${reference(tls.clientCertificate)}`],
    ["shown", credential && `${credential.header}: ${credential.kind} of ${reference(credential.from)}`],
    ["connection", connectTimeoutMs === plainBackend.connectTimeoutMs ? undefined : `stands within ${seconds(connectTimeoutMs)}`],
    ["connection", care.idleTimeoutMs === undefined ? undefined : idle(care.idleTimeoutMs)],
    ["balancing", targets.length > 1 ? balancing(care.balancing) : undefined],
    ["at once", bounds(care.most)],
    ["health", care.check && health(care.check)],
    ["ejection", care.ejection && ejection(care.ejection)],
    ["circuit", care.circuit && circuit(care.circuit)],
  ];
  return said.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value, place }]));
}

const reference = ({ kind, name, key }: ValueReference): string => `${kind} ${name}${key === undefined ? "" : ` (${key})`}`;

const trust = (trusted: Exclude<Backend["tls"]["trust"], "system">): string =>
  trusted === "anybody" ? "whoever it is" : `by the authorities of ${reference(trusted)}`;

const idle = (ms: number): string => (ms === 0 ? "kept for ever" : `kept for ${seconds(ms)} while nothing uses it`);

function balancing(chosen: Balancing): string | undefined {
  switch (chosen.policy) {
    case "roundRobin":
      return undefined;
    case "leastRequest":
      return "the one of two that has fewer requests";
    case "random":
      return "any, by chance";
    case "ringHash":
      return `the same for the same ${chosen.by.kind === "address" ? "address" : `${chosen.by.kind} ${chosen.by.name}`}`;
  }
}

function bounds({ connections, pendingRequests, requests, requestsPerConnection, streamsPerConnection }: BackendCare["most"]) {
  const all = [
    [connections, "connections"],
    [pendingRequests, "requests that wait"],
    [requests, "requests"],
    [requestsPerConnection, "requests in a connection's life"],
    [streamsPerConnection, "requests in a connection"],
  ] as const;
  const said = all.flatMap(([count, what]) => (count === undefined ? [] : [`${count} ${what}`]));
  return said.length === 0 ? undefined : `${said.join(", ")} at most`;
}

function health({ path, intervalMs, timeoutMs, healthyThreshold, unhealthyThreshold, statuses }: HealthCheck): string {
  const how = path === undefined ? "by gRPC's health protocol" : `for ${path}`;
  const good = path === undefined ? "" : ` with ${statuses.join(", ")}`;
  return `asked ${how} each ${seconds(intervalMs)}; out after ${unhealthyThreshold} without an answer${good} in ${seconds(timeoutMs)}, back after ${healthyThreshold}`;
}

const ejection = ({ consecutiveErrors, ejectionMs, maxEjectedPercent }: Ejection): string =>
  `out for ${seconds(ejectionMs)} after ${consecutiveErrors} errors in a row, ${maxEjectedPercent} of 100 at most`;

function circuit({ windowMs, minRequests, failurePercent, statuses, openMs }: Circuit): string {
  const failures = statuses.length === 0 ? "failures" : `failures (${statuses.join(", ")})`;
  return `nothing for ${seconds(openMs)} once ${failurePercent} of 100 in ${seconds(windowMs)} are ${failures}, of ${minRequests} requests at least`;
}
