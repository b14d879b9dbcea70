import { apiHeader, operationHeader } from "./names.ts";

/** Envoy takes its own headers away from what comes from outside, but for these, which a backend would believe. */
const ofEnvoy = ["x-envoy-attempt-count", "x-envoy-is-timeout-retry", "x-envoy-original-method"];

/** Frameworks take a method or a path from these instead of the request's own: then another operation is done than was let through. */
const overrides = [
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
  "x-original-method",
  "x-original-uri",
  "x-original-url",
  "x-rewrite-url",
  "x-forwarded-method",
  "x-forwarded-path",
  "x-forwarded-uri",
];

/** Request headers that no client and no proxy in front may write. */
export const forged: readonly string[] = [...ofEnvoy, ...overrides, apiHeader, operationHeader];

/**
 * What only a proxy may say of the client: RFC 7239's field, and those that came before it. X-Forwarded-For is written anew by Envoy, with
 * the true address alone; X-Forwarded-Proto is Envoy's own matter.
 */
export const saidByProxies: readonly string[] = [
  "forwarded",
  "front-end-https",
  "true-client-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-scheme",
  "x-forwarded-server",
  "x-forwarded-ssl",
  "x-forwarded-user",
  "x-original-host",
  "x-real-ip",
];

/** Response headers that Envoys and backends tell each other; a client has no use for them, and learns from them (envoy: "HTTP header manipulation"). */
export const internalResponseHeaders: readonly string[] = [
  "x-envoy-attempt-count",
  "x-envoy-decorator-operation",
  "x-envoy-degraded",
  "x-envoy-immediate-health-check-fail",
  "x-envoy-local-overloaded",
  "x-envoy-overloaded",
  "x-envoy-ratelimited",
  "x-envoy-upstream-canary",
  "x-envoy-upstream-healthchecked-cluster",
  "x-envoy-upstream-service-time",
];
