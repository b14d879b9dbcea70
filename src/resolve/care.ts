import type { z } from "zod";
import { milliseconds } from "../api/duration.ts";
import type { circuitBreaker, healthCheck, loadBalancing, retry } from "../api/resilience.ts";
import type { TargetEndpointSpec } from "../api/target-endpoint.ts";
import { type Backend, type BackendCare, type Balancing, type Circuit, plainCare, type Retry } from "../model/backend.ts";
import { type Problem, warning } from "../problem.ts";
import { child, type Node, placeOf } from "../text/node.ts";

/** What a TargetEndpoint and the `backend` of a document say alike. */
export type SaidCare = Pick<
  TargetEndpointSpec,
  "failover" | "loadBalancing" | "retry" | "circuitBreaker" | "connectionPool" | "healthCheck" | "idleTimeout" | "protocol"
>;

/** Methods that ask for nothing to be done (RFC 9110, section 9.2.1; RFC 10008): they may be sent again. */
const safeMethods = ["GET", "HEAD", "OPTIONS", "QUERY", "TRACE"];

/** `groups` says how many groups of targets there are: where one serves for another, a target that fails has to be found out. */
export function careOf(said: SaidCare, groups: number): BackendCare {
  const { protocol, idleTimeout, circuitBreaker: breaker, connectionPool: pool } = said;
  return {
    ...plainCare,
    http: protocol === "http2" || protocol === "h2c" || protocol === "grpc" ? "2" : "1.1",
    idleTimeoutMs: duration(idleTimeout),
    balancing: balancingOf(said.loadBalancing),
    retryBudgetPercent: said.retry?.budgetPercent,
    most: {
      connections: least(breaker?.maxConnections, pool?.maxConnections),
      pendingRequests: breaker?.maxPendingRequests,
      requests: breaker?.maxRequests,
      requestsPerConnection: pool?.maxRequestsPerConnection,
      streamsPerConnection: pool?.maxStreamsPerConnection,
    },
    circuit: circuitOf(breaker),
    check: checkOf(said.healthCheck),
    ejection: ejectionOf(said.healthCheck, groups > 1),
  };
}

const duration = (text: string | undefined): number | undefined => (text === undefined ? undefined : milliseconds(text));

const least = (...counts: readonly (number | undefined)[]): number | undefined => {
  const said = counts.filter((one) => one !== undefined);
  return said.length === 0 ? undefined : Math.min(...said);
};

function balancingOf(said: z.infer<typeof loadBalancing> | undefined): Balancing {
  if (said === undefined) return plainCare.balancing;
  if (said.policy !== "ringHash") return { policy: said.policy };
  const { header, cookie } = said.hash ?? {};
  if (header !== undefined) return { policy: said.policy, by: { kind: "header", name: header.toLowerCase() } };
  return { policy: said.policy, by: cookie === undefined ? { kind: "address" } : { kind: "cookie", name: cookie } };
}

export function retryOf(said: z.infer<typeof retry>): Retry {
  return {
    attempts: said.attempts,
    statuses: said.statuses ?? [502, 503, 504],
    methods: said.methods ?? safeMethods,
    perTryTimeoutMs: duration(said.perTryTimeout),
    backoffMs: duration(said.backoff),
    maxBackoffMs: duration(said.maxBackoff),
  };
}

/** What is said and Envoy does otherwise. */
export function unheededCare({ retry: again, circuitBreaker: breaker }: SaidCare, at: Node): readonly Problem[] {
  if (breaker?.window?.bucket === undefined) return unheededRetry(again, child(at, "retry"));
  const where = placeOf(child(child(child(at, "circuitBreaker"), "window"), "bucket"));
  const message =
    "The stretch of time is looked at as a whole, and begins anew when it is over: there are no steps in it. Leave `bucket` out.";
  return [...unheededRetry(again, child(at, "retry")), warning("WrongValue", where, message)];
}

export function unheededRetry(said: z.infer<typeof retry> | undefined, at: Node): readonly Problem[] {
  if (said?.backoffFactor === undefined || said.backoffFactor === 2) return [];
  const message = "Each pause is twice as long as the one before, whatever is said here. Leave it out.";
  return [warning("WrongValue", placeOf(child(at, "backoffFactor")), message)];
}

/** What is done with a request of a backend that says nothing of it: where others serve for its targets, one that reached nobody goes to them, whatever its method. */
export function retryAt({ retry: said }: SaidCare, { targets }: Backend): Retry | undefined {
  if (said !== undefined) return retryOf(said);
  const groups = new Set(targets.map(({ group }) => group)).size;
  return groups > 1 ? toTheNext(groups) : undefined;
}

const toTheNext = (groups: number): Retry => ({
  attempts: groups - 1,
  statuses: [],
  methods: undefined,
  perTryTimeoutMs: undefined,
  backoffMs: undefined,
  maxBackoffMs: undefined,
});

function circuitOf(said: z.infer<typeof circuitBreaker> | undefined): Circuit | undefined {
  const window = said?.window;
  if (window === undefined) return undefined;
  return {
    windowMs: milliseconds(window.duration),
    minRequests: window.minRequests ?? 10,
    failurePercent: window.failurePercent,
    statuses: window.statuses ?? [],
    openMs: duration(window.resetAfter) ?? milliseconds(window.duration),
  };
}

function checkOf(said: z.infer<typeof healthCheck> | undefined): BackendCare["check"] {
  const active = said?.active;
  if (active === undefined) return undefined;
  return {
    path: active.path,
    intervalMs: milliseconds(active.interval ?? "10s"),
    timeoutMs: milliseconds(active.timeout ?? "2s"),
    healthyThreshold: active.healthyThreshold ?? 2,
    unhealthyThreshold: active.unhealthyThreshold ?? 3,
    statuses: active.statuses ?? [200],
  };
}

/** Where nothing else finds out a target that fails, and another one is to serve for it, its errors do, soon. */
function ejectionOf(said: z.infer<typeof healthCheck> | undefined, hasGroups: boolean): BackendCare["ejection"] {
  const ejection = said?.ejection;
  if (ejection === undefined)
    return said?.active === undefined && hasGroups
      ? { consecutiveErrors: 5, intervalMs: 1000, ejectionMs: 10_000, maxEjectedPercent: 100 }
      : undefined;
  return {
    consecutiveErrors: ejection.consecutiveErrors ?? 5,
    intervalMs: milliseconds(ejection.interval ?? "10s"),
    ejectionMs: milliseconds(ejection.ejectionTime ?? "30s"),
    maxEjectedPercent: ejection.maxEjectedPercent ?? (hasGroups ? 100 : 50),
  };
}
