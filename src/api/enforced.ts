import { isObject } from "../text/node.ts";
import type { KindName } from "./kinds.ts";

/** What has fields: a kind's spec, or the `x-portico` of a document (which has all fields that a path's and an operation's have). */
export type Fielded = KindName | "x-portico";

/** Something that a schema accepts and this version does not do. */
interface Unserved {
  /** The field with all that is below it: `jwt`, `definition[].parts`; empty for everything. */
  readonly path: string;
  /** What it would do, as a noun. */
  readonly feature: string;
  /** Where only some values of the field are not done: which. The field itself then counts as enforced. */
  readonly values?: readonly unknown[];
  /** Values that ask for nothing, and are no more refused than the field's absence. */
  readonly except?: readonly unknown[];
}

interface Division {
  /** Fields that do what they say, each by its own path. */
  readonly enforced: readonly string[];
  readonly notYet: readonly Unserved[];
}

const later = (feature: string, ...paths: readonly string[]): readonly Unserved[] => paths.map((path) => ({ path, feature }));

/** The same for fields whose value `false` asks for nothing: that is what happens already. */
const laterUnlessOff = (feature: string, ...paths: readonly string[]): readonly Unserved[] =>
  paths.map((path) => ({ path, feature, except: [false] }));

const corsFields = ["origins[]", "methods[]", "headers[]", "exposedHeaders[]", "maxAge", "credentials"];
const headerFields = ["remove[]", "set.*", "add.*"];

const patchFields = ["of", "operation", "backend", "operations[].op", "operations[].path", "operations[].value"].map(
  (name) => `envoyPatches[].${name}`,
);

const interceptorFields = ["request", "response", "body", "timeout", "onFailure", "allow[]"].map((name) => `interceptors.${name}`);

/** The fields that say how pods run, of an API and of what a TargetEndpoint deploys. */
const podFields: readonly string[] = [
  "replicas",
  ...["minReplicas", "maxReplicas", "cpuPercent", "memoryPercent", "metrics[].*", "behavior.*"].map((name) => `autoscaling.${name}`),
  "resources.requests.*",
  "resources.limits.*",
  "podTemplate.*",
];

/** What is said for keys as a whole, signed or not. */
const ofTheKey = /^(?:locations|forward)/;

const inIssuer = (name: string): string => `issuers[].${name}`;

const locationFields = ["header", "query", "cookie", "prefix"].map((name) => `locations[].${name}`);

const tokenFields: readonly string[] = [
  ...["issuer", "audiences[]", "jwks.url", "jwks.inline", "jwks.secret.name", "jwks.secret.key", "jwks.configMap.name"].map(inIssuer),
  ...["jwks.configMap.key", "jwks.certificate.name", "jwks.certificate.key", "jwks.file"].map(inIssuer),
  ...["audiences[]", "algorithms[]", "claims[].claim", "claims[].equals", "claims[].oneOf[]", "claims[].contains", "scopeClaim"],
  ...["clockSkew", "maxLifetime", "forward", "claimsToHeaders[].claim", "claimsToHeaders[].header", "cache", ...locationFields],
];

const retryFields = ["attempts", "statuses[]", "methods[]", "perTryTimeout", "backoff", "maxBackoff", "backoffFactor", "budgetPercent"].map(
  (name) => `retry.${name}`,
);

/** What a TargetEndpoint and the `backend` of a document say alike. */
const careFields: readonly string[] = [
  "failover",
  ...["policy", "hash.header", "hash.cookie", "hash.address"].map((name) => `loadBalancing.${name}`),
  ...retryFields,
  ...["maxConnections", "maxPendingRequests", "maxRequests"].map((name) => `circuitBreaker.${name}`),
  ...["duration", "bucket", "minRequests", "failurePercent", "statuses[]", "resetAfter"].map((name) => `circuitBreaker.window.${name}`),
  ...["path", "interval", "timeout", "healthyThreshold", "unhealthyThreshold", "statuses[]"].map((name) => `healthCheck.active.${name}`),
  ...["consecutiveErrors", "interval", "ejectionTime", "maxEjectedPercent"].map((name) => `healthCheck.ejection.${name}`),
  ...["maxConnections", "maxStreamsPerConnection", "maxRequestsPerConnection"].map((name) => `connectionPool.${name}`),
];

const trustFields: readonly string[] = [
  ...["trust.secret.name", "trust.secret.key", "trust.configMap.name", "trust.configMap.key"].map((name) => `tls.${name}`),
  ...["serverName", "clientCertificate.name", "insecureSkipVerify"].map((name) => `tls.${name}`),
  ...["basic.name", "bearer.name", "bearer.key", "header.name", "header.secret.name", "header.secret.key"].map(
    (name) => `credentials.${name}`,
  ),
];

/** What Envoy has no way to do. */
const unpooled = ["connectionPool.maxIdleConnections", "connectionPool.waitTimeout"];

/** What the `backend` of a document and its `sandbox` do alike. */
const backendFields: readonly string[] = [
  ...["name", "namespace", "url", "urls[]", "basePath", "protocol", "connectTimeout", "idleTimeout"],
  ...careFields.filter((name) => !name.startsWith("retry.")),
  ...trustFields,
];

const inOauth2 = (name: string): string => `oauth2.${name}`;

const inMtls = (name: string): string => `mtls.${name}`;

const inDeploy = (name: string): string => `deploy.${name}`;

/** The one table of what this version does. A test holds it against the schemas: every field is in exactly one of the two columns. */
export const division: Readonly<Record<Fielded, Division>> = {
  // A cluster's operator does what they say: on a laptop documents are named on the command line.
  API: {
    enforced: [
      ...["configMap.name", "configMap.key", "parts[].name", "parts[].key", "inline"].map((name) => `definition[].${name}`),
      ...["version", "engine", "mode", "image", "inputHash", "imagePullSecrets[].name", "builder", "rebuild", "breakingChanges"],
      ...podFields,
      "addresses.allow[]",
      "addresses.deny[]",
      "errors",
      ...["validation.request", "validation.response", "validation.maxBody"],
      ...["name", "value", "valueFrom.configMapKeyRef.name", "valueFrom.configMapKeyRef.key"].map((name) => `env[].${name}`),
      ...["name", "key"].map((name) => `env[].valueFrom.secretKeyRef.${name}`),
      ...["interceptors.source.name", "interceptors.source.key", "interceptors.foreign", ...interceptorFields],
      ...patchFields,
      ...["cache.maxAge", "maxBody", "compression", "maintenance.message", "maintenance.retryAfter", "publish.document", "publish.page"],
      "security[].name",
      "security[].namespace",
      "security[].scopes[]",
      "rateLimit[].name",
      "rateLimit[].namespace",
      "disruptionBudget.minAvailable",
      "disruptionBudget.maxUnavailable",
      ...["hosts[]", "tls.name", "service.type", "service.port", "service.nodePort", "service.annotations.*"].map(
        (name) => `expose.${name}`,
      ),
      ...["ingress.className", "ingress.annotations.*", "httpRoute.annotations.*"].map((name) => `expose.${name}`),
      ...["name", "namespace", "sectionName"].map((name) => `expose.httpRoute.parentRefs[].${name}`),
    ],
    notYet: [
      { path: "engine", feature: "WSO2's gateway", values: ["wso2"] },
      { path: "mode", feature: "backends of one's own", values: ["privateJet", "sidecar"] },
      ...later("gateways for several APIs", "gateway"),
    ],
  },
  TargetEndpoint: {
    enforced: [
      ...["url", "urls[]", "protocol", "timeout", "connectTimeout", "idleTimeout"],
      ...["url", "weight", "group"].map((name) => `targets[].${name}`),
      ...careFields,
      ...trustFields,
      ...["image", "port", "command[]", "args[]", "readinessPath", "imagePullSecrets[].name", "env[].name", "env[].value"].map(inDeploy),
      ...["configMapKeyRef.name", "configMapKeyRef.key", "secretKeyRef.name", "secretKeyRef.key"].map(
        (name) => `deploy.env[].valueFrom.${name}`,
      ),
      ...podFields.map(inDeploy),
    ],
    notYet: [...later("bounds of idle connections", ...unpooled)],
  },
  RateLimiting: {
    enforced: [
      ...["type", "requests", "bandwidth", "bandwidthOf", "unit", "unitCount", "burst", "match", "key.by", "key.name"],
      ...["scope", "onExcess", "onFailure"],
      ...["header", "query", "claim"].flatMap((kind) => ["name", "value", "pattern"].map((name) => `conditions[].${kind}.${name}`)),
      "conditions[].tier",
      "conditions[].addresses[]",
      "conditions[].not",
    ],
    notYet: [...laterUnlessOff("counting in leased portions", "approximate")],
  },
  Security: {
    enforced: [
      "type",
      "scopes[]",
      "blockedClients[]",
      ...tokenFields.map((name) => `jwt.${name}`),
      ...tokenFields.filter((name) => !ofTheKey.test(name)).map((name) => `apiKey.signed.${name}`),
      ...["keys.name", "clientHeader", "forward", ...locationFields].map((name) => `apiKey.${name}`),
      ...["introspectionUrl", "client.name", "audiences[]", "timeout", "cacheFor", "forward", "trust.name", "trust.key"].map(inOauth2),
      ...["insecureSkipVerify", "claims[].claim", "claims[].equals", "claims[].oneOf[]", "claims[].contains", ...locationFields].map(
        inOauth2,
      ),
      ...["users.name", "users.key", "realm", "forward", "userHeader"].map((name) => `basic.${name}`),
      ...["trust.name", "trust.key", "mode", "subjects[].type", "subjects[].value", "subjects[].prefix", "identityHeader"].map(inMtls),
      ...["url", "protocol", "timeout", "sendHeaders[]"].map((name) => `authorizer.${name}`),
    ],
    notYet: [],
  },
  "x-portico": {
    enforced: [
      "name",
      "basePath",
      "hosts[]",
      "owner",
      "foreignInterceptors",
      "mode",
      "backend",
      ...[...backendFields, "timeout", "split[].name", "split[].url", "split[].weight"].map((name) => `backend.${name}`),
      ...retryFields.map((name) => `backend.${name}`),
      "sandbox",
      ...backendFields.map((name) => `sandbox.${name}`),
      ...["sandboxWhen.claim", "sandboxWhen.header", "sandboxWhen.value"],
      ...retryFields.filter((name) => name !== "retry.budgetPercent"),
      "timeout",
      "cors",
      ...corsFields.map((name) => `cors.${name}`),
      ...headerFields.flatMap((name) => [`requestHeaders.${name}`, `responseHeaders.${name}`]),
      ...["security", "security[].*[]", "scopes[]", "schemes.*"],
      ...["rateLimit", "rateLimit[]"],
      ...["mirror.name", "mirror.url", "mirror.percent"],
      "addresses.allow[]",
      "addresses.deny[]",
      "transports[]",
      "publish.document",
      "publish.page",
      ...["credentialTypes[]", "credentialOptional", "credentialHeader", "clientCertificate"],
      "disabled",
      "errors",
      "mock",
      "webSocket",
      ...["maintenance", "maintenance.message", "maintenance.retryAfter", "deprecation", "sunset", "compression"],
      ...["validation.request", "validation.response", "validation.maxBody"],
      ...interceptorFields,
      ...["cache", "cache.maxAge"],
      ...patchFields,
      ...["rewrite.path", "rewrite.query.remove[]", "rewrite.query.set.*", "maxBody", "streaming"],
      ...["fault.delay", "fault.status", "fault.percent"],
    ],
    notYet: [
      ...["backend", "sandbox"].flatMap((field) => later("bounds of idle connections", ...unpooled.map((name) => `${field}.${name}`))),
      ...later("times, repetitions and shares of a sandbox's own", "sandbox.timeout", "sandbox.retry", "sandbox.split"),
      ...later("budgets of operations' own repetitions", "retry.budgetPercent"),
      { path: "mode", feature: "the mode of deployed backends", values: ["privateJet", "sidecar"] },
    ],
  },
};

/** A part of a value that this version does not do. */
export interface Found {
  readonly path: readonly (string | number)[];
  readonly feature: string;
}

/** What of a value, whose shape was checked, this version does not do, in the order of the table. */
export function notYet(kind: Fielded, value: unknown): readonly Found[] {
  return division[kind].notYet.flatMap(({ path, feature, values, except = [] }) =>
    reached(value, stepsOf(path))
      .filter((one) => (values === undefined || values.includes(one.value)) && !except.includes(one.value))
      .map((one) => ({ path: one.path, feature })),
  );
}

/** `a[].b` is a, [], b. */
const stepsOf = (path: string): readonly string[] =>
  path
    .replaceAll("[]", ".[]")
    .split(".")
    .filter((step) => step !== "");

interface Reached {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** All values that a way of steps leads to. */
function reached(value: unknown, way: readonly string[]): readonly Reached[] {
  let now: readonly Reached[] = [{ path: [], value }];
  for (const step of way) now = now.flatMap((from) => stepDown(from, step));
  return now;
}

function stepDown({ path, value }: Reached, step: string): readonly Reached[] {
  if (Array.isArray(value))
    return step === "[]" ? value.map((element: unknown, index) => ({ path: [...path, index], value: element })) : [];
  if (!isObject(value)) return [];
  const keys = step === "*" ? Object.keys(value) : [step];
  return keys
    .filter((key) => Object.hasOwn(value, key) && value[key] !== undefined)
    .map((key) => ({ path: [...path, key], value: value[key] }));
}
