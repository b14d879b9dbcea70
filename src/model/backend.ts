import type { Place } from "../problem.ts";
import type { ValueReference } from "./security.ts";

/** A host and port that requests are sent to. */
export interface Target {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
}

/** Where requests go: one cluster of the gateway. Differs by environment, so it is never in the image. */
export interface Backend {
  readonly name: string;
  readonly targets: readonly BackendTarget[];
  /** What stands before the path that the backend is asked for: "" or "/api". */
  readonly path: string;
  readonly connectTimeoutMs: number;
  readonly care: BackendCare;
  readonly tls: BackendTls;
  /** What the gateway shows to it, in place of what clients write there; undefined for nothing. */
  readonly credential: BackendCredential | undefined;
  /** Where it is said what the environment keeps for it; undefined where that is nothing. */
  readonly where: Place | undefined;
}

/** How the gateway and a backend prove to each other who they are. */
export interface BackendTls {
  readonly trust: ValueReference | "system" | "anybody";
  /** The name in SNI and in the certificate; undefined for the host's. */
  readonly serverName: string | undefined;
  /** The Secret (kubernetes.io/tls) with the certificate that the gateway shows. */
  readonly clientCertificate: ValueReference | undefined;
}

export interface BackendCredential {
  /** A name and password (RFC 7617) as `username` and `password`, a token (RFC 6750), or a header's value as it is. */
  readonly kind: "basic" | "bearer" | "plain";
  /** In small letters. */
  readonly header: string;
  readonly from: ValueReference;
}

export interface BackendTarget extends Target {
  /** Its share of the requests, in proportion to the others of its group. */
  readonly weight: number;
  /** A group with a higher number serves while those with lower ones fail. */
  readonly group: number;
}

/** How a backend is spoken to, and what is done for it when it fails. */
export interface BackendCare {
  readonly http: "1.1" | "2";
  /** How long a connection is kept while nothing uses it; 0 for ever, undefined for Envoy's own hour. */
  readonly idleTimeoutMs: number | undefined;
  readonly balancing: Balancing;
  /** The share of the requests that may be repetitions; undefined for a fifth. */
  readonly retryBudgetPercent: number | undefined;
  readonly most: Bounds;
  readonly circuit: Circuit | undefined;
  readonly check: HealthCheck | undefined;
  readonly ejection: Ejection | undefined;
}

/** How one of several targets is chosen for a request. */
export type Balancing =
  | { readonly policy: "roundRobin" | "leastRequest" | "random" }
  | {
      readonly policy: "ringHash";
      readonly by: { readonly kind: "address" } | { readonly kind: "header" | "cookie"; readonly name: string };
    };

/** When a request is sent once more. */
export interface Retry {
  /** How often at most, from 0. */
  readonly attempts: number;
  /** Statuses after which it is. */
  readonly statuses: readonly number[];
  /** Methods that may be sent again; undefined for all, where no request reached the backend. */
  readonly methods: readonly string[] | undefined;
  readonly perTryTimeoutMs: number | undefined;
  readonly backoffMs: number | undefined;
  readonly maxBackoffMs: number | undefined;
}

/** How much a backend is given at once; undefined for what Envoy gives. */
interface Bounds {
  readonly connections: number | undefined;
  readonly pendingRequests: number | undefined;
  readonly requests: number | undefined;
  readonly requestsPerConnection: number | undefined;
  readonly streamsPerConnection: number | undefined;
}

/** A target is given nothing for a while once the share of failures in a stretch of time is too large. */
export interface Circuit {
  readonly windowMs: number;
  readonly minRequests: number;
  readonly failurePercent: number;
  /** Statuses that are failures; none for all from 500 on. */
  readonly statuses: readonly number[];
  readonly openMs: number;
}

/** Each target is asked at intervals. */
export interface HealthCheck {
  /** Undefined for one by gRPC's own protocol (grpc.health.v1). */
  readonly path: string | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly statuses: readonly number[];
}

/** A target is taken out by the errors that requests meet. */
export interface Ejection {
  readonly consecutiveErrors: number;
  readonly intervalMs: number;
  readonly ejectionMs: number;
  readonly maxEjectedPercent: number;
}

const unbounded: Bounds = {
  connections: undefined,
  pendingRequests: undefined,
  requests: undefined,
  requestsPerConnection: undefined,
  streamsPerConnection: undefined,
};

/** What is done for a backend of which nothing is said. */
export const plainCare: BackendCare = {
  http: "1.1",
  idleTimeoutMs: undefined,
  balancing: { policy: "roundRobin" },
  retryBudgetPercent: undefined,
  most: unbounded,
  circuit: undefined,
  check: undefined,
  ejection: undefined,
};

export const plainTls: BackendTls = { trust: "system", serverName: undefined, clientCertificate: undefined };

/** What the environment keeps for a backend. */
export const backendReferences = ({ tls: { trust, clientCertificate }, credential }: Backend): readonly ValueReference[] => [
  ...(typeof trust === "string" ? [] : [trust]),
  ...(clientCertificate === undefined ? [] : [clientCertificate]),
  ...(credential === undefined ? [] : [credential.from]),
];

/** A backend of which nothing is said but its targets. */
export const plainBackend = { connectTimeoutMs: 5000, care: plainCare, tls: plainTls, credential: undefined, where: undefined } as const;
