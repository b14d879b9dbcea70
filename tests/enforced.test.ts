import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { division } from "../src/api/enforced.ts";
import { gatewayManifest } from "../src/compile/manifest.ts";
import { caseValues, compileCase, type GoldenCase, resolveCase } from "../testing/golden-case.ts";

const settings: GoldenCase["settings"] = { mock: false, credentials: "refuse", debug: false, trustedHops: 0, requests: [] };

const ofPortico = { apiVersion: "portico.dev/v1alpha1" };
const issuer = {
  issuer: "https://issuer.test",
  jwks: { inline: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' },
};
const tokens = { ...ofPortico, kind: "Security", metadata: { name: "token" }, spec: { type: "jwt", jwt: { issuers: [issuer] } } };
const keys = {
  ...ofPortico,
  kind: "Security",
  metadata: { name: "keys" },
  spec: { type: "apiKey", apiKey: { keys: { name: "clients" }, locations: [{ header: "x-key" }] } },
};
const clients = { apiVersion: "v1", kind: "Secret", metadata: { name: "clients" }, stringData: { alice: "key-of-alice" } };

const code = { kind: "Code", files: { "a.ts": "", "b.ts": "" } };
const intercepted = (fields: object): object => ({ interceptors: { request: "./a.ts", ...fields } });

/** Everything that somebody could tell the difference by: the gateway's files and its manifest, or the Problems. */
function outcome(extension: object, endpoint: object, more: object): string {
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    servers: [{ url: "http://pets.test/v1" }],
    paths: {
      "/pets": { get: { operationId: "list" }, post: { operationId: "add", requestBody: { content: { "application/json": {} } } } },
    },
    "x-portico": extension,
    ...more,
  };
  const resource = { apiVersion: "portico.dev/v1alpha1", kind: "TargetEndpoint", metadata: { name: "store" }, spec: endpoint };
  const input = [document, resource, tokens, keys, clients, code, ...kept].map((one) => JSON.stringify(one)).join("\n---\n");
  const apis = resolveCase({ input, settings });
  if (!apis.ok) return JSON.stringify(apis.problems);
  return JSON.stringify([
    [...compileCase(apis.value, settings, { port: 8080, monitoring: 8081, values: caseValues({ input }) })],
    gatewayManifest(
      apis.value.map(({ model }) => ({ model, published: "" })),
      "envoy",
    ),
    apis.problems,
  ]);
}

/** A patch of the gateway's routes. */
const patch = (fields: object, change: object = {}): object => ({
  envoyPatches: [{ of: "routes", operations: [{ op: "add", path: "/name", value: "a", ...change }], ...fields }],
});

const interceptor = { "x-wso2-request-interceptor": "java:com.example.Trace" };
const cors = (fields: object): object => ({ cors: { origins: ["https://a.test"], ...fields } });
const backend = (fields: object): object => ({ backend: { url: "http://a.test/x", ...fields } });

const ring = (hash: object): object => ({ loadBalancing: { policy: "ringHash", hash } });
const again = (fields: object): object => ({ retry: { attempts: 1, ...fields } });
const circuit = (fields: object): object => ({ circuitBreaker: { window: { duration: "1s", failurePercent: 50, ...fields } } });
const active = (fields: object): object => ({ healthCheck: { active: { path: "/a", ...fields } } });
const ejection = (fields: object): object => ({ healthCheck: { ejection: fields } });

const http2 = { protocol: "h2c" };

/** Two values of each field that a TargetEndpoint and the `backend` of a document have alike. */
const ofCare: Readonly<Record<string, readonly [object, object]>> = {
  protocol: [{ protocol: "http" }, { protocol: "h2c" }],
  connectTimeout: [{ connectTimeout: "1s" }, { connectTimeout: "2s" }],
  idleTimeout: [{ idleTimeout: "1s" }, { idleTimeout: "2s" }],
  failover: [{ failover: true }, { failover: false }],
  "loadBalancing.policy": [{ loadBalancing: { policy: "random" } }, { loadBalancing: { policy: "leastRequest" } }],
  "loadBalancing.hash.header": [ring({ header: "a" }), ring({ header: "b" })],
  "loadBalancing.hash.cookie": [ring({ cookie: "a" }), ring({ cookie: "b" })],
  "loadBalancing.hash.address": [ring({ address: true }), ring({ cookie: "b" })],
  "retry.attempts": [again({}), again({ attempts: 2 })],
  "retry.statuses[]": [again({ statuses: [500] }), again({ statuses: [501] })],
  "retry.methods[]": [again({ methods: ["GET"] }), again({ methods: ["POST"] })],
  "retry.perTryTimeout": [again({ perTryTimeout: "1s" }), again({ perTryTimeout: "2s" })],
  "retry.backoff": [again({ backoff: "1s" }), again({ backoff: "2s" })],
  "retry.maxBackoff": [again({ maxBackoff: "1s" }), again({ maxBackoff: "2s" })],
  "retry.backoffFactor": [again({ backoffFactor: 2 }), again({ backoffFactor: 3 })],
  "retry.budgetPercent": [again({ budgetPercent: 10 }), again({ budgetPercent: 20 })],
  ...Object.fromEntries(
    ["maxConnections", "maxPendingRequests", "maxRequests"].map((name) => [
      `circuitBreaker.${name}`,
      [{ circuitBreaker: { [name]: 1 } }, { circuitBreaker: { [name]: 2 } }],
    ]),
  ),
  "circuitBreaker.window.duration": [circuit({}), circuit({ duration: "2s" })],
  "circuitBreaker.window.bucket": [circuit({}), circuit({ bucket: "100ms" })],
  "circuitBreaker.window.minRequests": [circuit({ minRequests: 1 }), circuit({ minRequests: 2 })],
  "circuitBreaker.window.failurePercent": [circuit({}), circuit({ failurePercent: 60 })],
  "circuitBreaker.window.statuses[]": [circuit({ statuses: [500] }), circuit({ statuses: [501] })],
  "circuitBreaker.window.resetAfter": [circuit({ resetAfter: "1s" }), circuit({ resetAfter: "2s" })],
  "healthCheck.active.path": [active({}), active({ path: "/b" })],
  "healthCheck.active.interval": [active({ interval: "1s" }), active({ interval: "2s" })],
  "healthCheck.active.timeout": [active({ timeout: "1s" }), active({ timeout: "3s" })],
  "healthCheck.active.healthyThreshold": [active({ healthyThreshold: 1 }), active({ healthyThreshold: 3 })],
  "healthCheck.active.unhealthyThreshold": [active({ unhealthyThreshold: 1 }), active({ unhealthyThreshold: 2 })],
  "healthCheck.active.statuses[]": [active({ statuses: [200] }), active({ statuses: [204] })],
  "healthCheck.ejection.consecutiveErrors": [ejection({ consecutiveErrors: 1 }), ejection({ consecutiveErrors: 2 })],
  "healthCheck.ejection.interval": [ejection({ interval: "1s" }), ejection({ interval: "2s" })],
  "healthCheck.ejection.ejectionTime": [ejection({ ejectionTime: "1s" }), ejection({ ejectionTime: "2s" })],
  "healthCheck.ejection.maxEjectedPercent": [ejection({ maxEjectedPercent: 10 }), ejection({ maxEjectedPercent: 20 })],
  ...Object.fromEntries(
    ["maxConnections", "maxStreamsPerConnection", "maxRequestsPerConnection"].map((name) => [
      `connectionPool.${name}`,
      [
        { ...http2, connectionPool: { [name]: 1 } },
        { ...http2, connectionPool: { [name]: 2 } },
      ],
    ]),
  ),
};

const pem = (name: string): string => readFileSync(new URL(`fixtures/certificates/${name}`, import.meta.url), "utf8");
const entries = (kind: "Secret" | "ConfigMap", name: string, texts: object): object => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  [kind === "Secret" ? "stringData" : "data"]: texts,
});
/** What the environment keeps for backends. */
const kept = [
  ...(["Secret", "ConfigMap"] as const).flatMap((kind) => [
    entries(kind, "one", { "ca.crt": pem("authority.pem"), other: pem("other.pem") }),
    entries(kind, "other", { "ca.crt": pem("strangers.pem") }),
  ]),
  entries("Secret", "alice", { "tls.crt": pem("alice.pem"), "tls.key": pem("alice.key") }),
  entries("Secret", "bob", { "tls.crt": pem("bob.pem"), "tls.key": pem("bob.key") }),
  entries("Secret", "user", { username: "a", password: "b" }),
  entries("Secret", "other-user", { username: "c", password: "d" }),
  entries("Secret", "values", { one: "one", other: "other" }),
  entries("Secret", "more-values", { one: "more" }),
];
const tls = (fields: object): object => ({ tls: fields });
const trust = (kind: "secret" | "configMap", fields: object): object => tls({ trust: { [kind]: { name: "one", ...fields } } });
const shown = (fields: object): object => ({ credentials: fields });

/** The same for what the environment keeps for a backend, which has TLS. */
const ofTrust: Readonly<Record<string, readonly [object, object]>> = {
  ...Object.fromEntries(
    (["secret", "configMap"] as const).flatMap((kind) => [
      [`tls.trust.${kind}.name`, [trust(kind, {}), trust(kind, { name: "other" })]],
      [`tls.trust.${kind}.key`, [trust(kind, {}), trust(kind, { key: "other" })]],
    ]),
  ),
  "tls.serverName": [tls({ serverName: "a.test" }), tls({ serverName: "b.test" })],
  "tls.clientCertificate.name": [tls({ clientCertificate: { name: "alice" } }), tls({ clientCertificate: { name: "bob" } })],
  "tls.insecureSkipVerify": [tls({ insecureSkipVerify: true }), tls({ insecureSkipVerify: false })],
  "credentials.basic.name": [shown({ basic: { name: "user" } }), shown({ basic: { name: "other-user" } })],
  "credentials.bearer.name": [shown({ bearer: { name: "values", key: "one" } }), shown({ bearer: { name: "more-values", key: "one" } })],
  "credentials.bearer.key": [shown({ bearer: { name: "values", key: "one" } }), shown({ bearer: { name: "values", key: "other" } })],
  "credentials.header.name": [
    shown({ header: { name: "x-a", secret: { name: "more-values" } } }),
    shown({ header: { name: "x-b", secret: { name: "more-values" } } }),
  ],
  "credentials.header.secret.name": [
    shown({ header: { name: "x-a", secret: { name: "values", key: "one" } } }),
    shown({ header: { name: "x-a", secret: { name: "more-values", key: "one" } } }),
  ],
  "credentials.header.secret.key": [
    shown({ header: { name: "x-a", secret: { name: "values", key: "one" } } }),
    shown({ header: { name: "x-a", secret: { name: "values", key: "other" } } }),
  ],
};

const sandboxed = (sandboxWhen: object): object => ({
  security: [{ token: [] }],
  backend: { url: "http://a.test" },
  sandbox: { url: "http://b.test" },
  sandboxWhen,
});
const secureUrl = { url: "https://a.test" };
const urls = { urls: ["http://a.test", "http://b.test"] };

const protectedBy = (fields: object): object => ({ security: [{ token: [] }], ...fields });

/** Two values of each field of x-portico that is enforced. */
const inDocument: Readonly<Record<string, readonly [object, object]>> = {
  name: [{ name: "a" }, { name: "b" }],
  basePath: [{ basePath: "/a" }, { basePath: "/b" }],
  "hosts[]": [{ hosts: ["a.test"] }, { hosts: ["b.test"] }],
  owner: [{ owner: "a" }, { owner: "b" }],
  foreignInterceptors: [{ foreignInterceptors: "refuse" }, { foreignInterceptors: "ignore" }],
  backend: [{ backend: "store" }, {}],
  "backend.name": [{ backend: { name: "store" } }, {}],
  "backend.namespace": [{ backend: { name: "store" } }, { backend: { name: "store", namespace: "shared" } }],
  "backend.url": [{ backend: { url: "http://a.test" } }, { backend: { url: "http://b.test" } }],
  "backend.urls[]": [{ backend: { urls: ["http://a.test"] } }, { backend: { urls: ["http://a.test", "http://b.test"] } }],
  "backend.split[].name": [{ backend: { split: [{ name: "store" }] } }, { backend: { split: [{ name: "nobody" }] } }],
  "backend.split[].url": [{ backend: { split: [{ url: "http://a.test" }] } }, { backend: { split: [{ url: "http://b.test" }] } }],
  "backend.split[].weight": [
    { backend: { split: [{ url: "http://a.test" }, { url: "http://b.test", weight: 2 }] } },
    { backend: { split: [{ url: "http://a.test" }, { url: "http://b.test", weight: 3 }] } },
  ],
  "backend.timeout": [backend({ timeout: "1s" }), backend({ timeout: "2s" })],
  "backend.basePath": [backend({ basePath: "keep" }), backend({ basePath: "strip" })],
  timeout: [{ timeout: "1s" }, { timeout: "2s" }],
  cors: [cors({}), { cors: false }],
  "cors.origins[]": [cors({ origins: ["https://b.test"] }), cors({})],
  "cors.methods[]": [cors({ methods: ["GET"] }), cors({ methods: ["POST"] })],
  "cors.headers[]": [cors({ headers: ["x-a"] }), cors({ headers: ["x-b"] })],
  "cors.exposedHeaders[]": [cors({ exposedHeaders: ["x-a"] }), cors({ exposedHeaders: ["x-b"] })],
  "cors.maxAge": [cors({ maxAge: "1s" }), cors({ maxAge: "2s" })],
  "cors.credentials": [cors({ credentials: true }), cors({ credentials: false })],
  "addresses.allow[]": [{ addresses: { allow: ["10.0.0.1"] } }, { addresses: { allow: ["10.0.0.2"] } }],
  "addresses.deny[]": [{ addresses: { deny: ["10.0.0.1"] } }, { addresses: { deny: ["10.0.0.2"] } }],
  "credentialTypes[]": [{ credentialTypes: ["jwt"] }, { credentialTypes: ["apiKey"] }],
  credentialOptional: [protectedBy({ credentialOptional: true }), protectedBy({ credentialOptional: false })],
  credentialHeader: [protectedBy({ credentialHeader: "x-a" }), protectedBy({ credentialHeader: "x-b" })],
  clientCertificate: [{ clientCertificate: "mandatory" }, { clientCertificate: "optional" }],
  errors: [{ errors: "problem" }, { errors: "wso2" }],
  disabled: [{ disabled: true }, { disabled: false }],
  mock: [{ mock: true }, { mock: false }],
  webSocket: [{ webSocket: true }, { webSocket: false }],
  security: [{ security: [{ token: [] }] }, { security: false }],
  "security[].*[]": [{ security: [{ token: ["a"] }] }, { security: [{ token: ["b"] }] }],
  "scopes[]": [protectedBy({ scopes: ["a"] }), protectedBy({ scopes: ["b"] })],
  "mirror.name": [{ mirror: { name: "store" } }, { mirror: { name: "nobody" } }],
  "mirror.url": [{ mirror: { url: "http://a.test" } }, { mirror: { url: "http://b.test" } }],
  "mirror.percent": [{ mirror: { url: "http://a.test", percent: 1 } }, { mirror: { url: "http://a.test", percent: 2 } }],
  "envoyPatches[].of": [patch({}), patch({ of: "listener" })],
  "envoyPatches[].operation": [patch({ operation: "list" }), patch({ operation: "nobody" })],
  "envoyPatches[].backend": [patch({ of: "clusters", backend: "@document" }), patch({ of: "clusters", backend: "nobody" })],
  "envoyPatches[].operations[].op": [patch({}), patch({}, { op: "remove", value: undefined })],
  "envoyPatches[].operations[].path": [patch({}), patch({}, { path: "/vhds" })],
  "envoyPatches[].operations[].value": [patch({}), patch({}, { value: "b" })],
  cache: [{ cache: {} }, { cache: false }],
  "cache.maxAge": [{ cache: { maxAge: "1s" } }, { cache: { maxAge: "2s" } }],
  compression: [{ compression: true }, { compression: false }],
  "fault.delay": [{ fault: { delay: "1s" } }, { fault: { delay: "2s" } }],
  "fault.status": [{ fault: { status: 500 } }, { fault: { status: 501 } }],
  "fault.percent": [{ fault: { status: 500, percent: 1 } }, { fault: { status: 500, percent: 2 } }],
  maintenance: [{ maintenance: true }, { maintenance: false }],
  "maintenance.message": [{ maintenance: { message: "a" } }, { maintenance: { message: "b" } }],
  "maintenance.retryAfter": [{ maintenance: { retryAfter: "1s" } }, { maintenance: { retryAfter: "2s" } }],
  "rewrite.path": [{ rewrite: { path: "/a" } }, { rewrite: { path: "/b" } }],
  "rewrite.query.remove[]": [{ rewrite: { query: { remove: ["a"] } } }, { rewrite: { query: { remove: ["b"] } } }],
  "rewrite.query.set.*": [{ rewrite: { query: { set: { a: "1" } } } }, { rewrite: { query: { set: { a: "2" } } } }],
  "publish.page": [{ publish: { page: true } }, { publish: { page: false } }],
  "publish.document": [{ publish: { document: true } }, { publish: { document: false } }],
  "transports[]": [{ transports: ["http"] }, { transports: ["https"] }],
  "validation.request": [{ validation: { request: "report" } }, { validation: { request: "enforce" } }],
  "validation.response": [{ validation: { response: "report" } }, { validation: { response: "enforce" } }],
  "validation.maxBody": [{ validation: { request: "report", maxBody: "1Ki" } }, { validation: { request: "report", maxBody: "2Ki" } }],
  "interceptors.request": [intercepted({}), intercepted({ request: "./b.ts#check" })],
  "interceptors.response": [intercepted({ response: "./a.ts" }), intercepted({ response: "./b.ts" })],
  "interceptors.body": [intercepted({}), intercepted({ body: true })],
  "interceptors.timeout": [intercepted({ timeout: "1s" }), intercepted({ timeout: "2s" })],
  "interceptors.onFailure": [intercepted({ onFailure: "refuse" }), intercepted({ onFailure: "pass" })],
  "interceptors.allow[]": [intercepted({}), intercepted({ allow: ["network"] })],
  mode: [{ mode: "shared" }, { mode: "sidecar" }],
  maxBody: [{ maxBody: "1Ki" }, { maxBody: "2Ki" }],
  streaming: [{ streaming: true }, { streaming: false }],
  deprecation: [{ deprecation: "2027-01-31" }, { deprecation: "2027-02-01" }],
  sunset: [{ sunset: "2027-01-31" }, { sunset: "2027-02-01" }],
  rateLimit: [{ rateLimit: "Gold" }, { rateLimit: false }],
  "rateLimit[]": [{ rateLimit: ["Gold"] }, { rateLimit: ["Silver"] }],
  ...Object.fromEntries(
    Object.entries(ofCare).map(([path, pair]) => [`backend.${path}`, pair.map((one) => ({ backend: { ...urls, ...one } }))] as const),
  ),
  ...Object.fromEntries(
    Object.entries(ofTrust).map(([path, pair]) => [`backend.${path}`, pair.map((one) => ({ backend: { ...secureUrl, ...one } }))] as const),
  ),
  sandbox: [{ backend: "store", sandbox: "store" }, { backend: "store" }],
  ...Object.fromEntries(
    Object.entries({ ...ofCare, ...ofTrust }).map(([path, pair]) => [
      `sandbox.${path}`,
      pair.map((one) => ({ backend: "store", sandbox: { ...(path in ofTrust ? secureUrl : urls), ...one } })),
    ]),
  ),
  "sandbox.name": [
    { backend: "store", sandbox: { name: "store" } },
    { backend: "store", sandbox: { name: "nobody" } },
  ],
  "sandbox.namespace": [
    { backend: "store", sandbox: { name: "store" } },
    { backend: "store", sandbox: { name: "store", namespace: "shared" } },
  ],
  "sandbox.url": [
    { backend: "store", sandbox: { url: "http://a.test" } },
    { backend: "store", sandbox: { url: "http://b.test" } },
  ],
  "sandbox.urls[]": [
    { backend: "store", sandbox: { urls: ["http://a.test"] } },
    { backend: "store", sandbox: { urls: ["http://b.test"] } },
  ],
  "sandbox.basePath": [
    { backend: { url: "http://a.test" }, sandbox: { url: "http://b.test", basePath: "strip" } },
    { backend: { url: "http://a.test" }, sandbox: { url: "http://b.test", basePath: "keep" } },
  ],
  "sandboxWhen.claim": [sandboxed({ claim: "a", value: "1" }), sandboxed({ claim: "b", value: "1" })],
  "sandboxWhen.header": [sandboxed({ header: "a", value: "1" }), sandboxed({ header: "b", value: "1" })],
  "sandboxWhen.value": [sandboxed({ header: "a", value: "1" }), sandboxed({ header: "a", value: "2" })],
  ...Object.fromEntries(Object.entries(ofCare).filter(([path]) => path.startsWith("retry."))),
  "schemes.*": [protectedBy({ schemes: { token: "keys" } }), protectedBy({})],
  ...Object.fromEntries(
    ["requestHeaders", "responseHeaders"].flatMap((side) => [
      [`${side}.remove[]`, [{ [side]: { remove: ["x-a"] } }, { [side]: { remove: ["x-b"] } }]],
      [`${side}.set.*`, [{ [side]: { set: { "x-a": "1" } } }, { [side]: { set: { "x-a": "2" } } }]],
      [`${side}.add.*`, [{ [side]: { add: { "x-a": "1" } } }, { [side]: { add: { "x-a": "2" } } }]],
    ]),
  ),
};

/** Two values of each field of a TargetEndpoint that is enforced. */
const inEndpoint: Readonly<Record<string, readonly [object, object]>> = {
  url: [{ url: "http://a.test" }, { url: "http://b.test" }],
  "urls[]": [{ urls: ["http://a.test"] }, { urls: ["http://a.test", "http://b.test"] }],
  timeout: [
    { url: "http://a.test", timeout: "1s" },
    { url: "http://a.test", timeout: "2s" },
  ],
  ...Object.fromEntries(Object.entries(ofCare).map(([path, pair]) => [path, pair.map((one) => ({ ...urls, ...one }))] as const)),
  ...Object.fromEntries(Object.entries(ofTrust).map(([path, pair]) => [path, pair.map((one) => ({ ...secureUrl, ...one }))] as const)),
  "targets[].url": [{ targets: [{ url: "http://a.test" }] }, { targets: [{ url: "http://b.test" }] }],
  "targets[].weight": [{ targets: [{ url: "http://a.test", weight: 2 }] }, { targets: [{ url: "http://a.test", weight: 3 }] }],
  "targets[].group": [
    { targets: [{ url: "http://a.test" }, { url: "http://b.test", group: 0 }] },
    { targets: [{ url: "http://a.test" }, { url: "http://b.test", group: 1 }] },
  ],
};

describe("a field that is enforced makes a difference", () => {
  for (const path of division["x-portico"].enforced) {
    it(`x-portico's ${path}`, () => {
      const [one, other] = inDocument[path] ?? assert.fail("a pair of values is missing");
      const more = path === "foreignInterceptors" ? interceptor : {};
      const endpoint = { url: "http://store.test" };
      assert.notEqual(outcome(one, endpoint, more), outcome(other, endpoint, more));
    });
  }

  // What is deployed, a cluster's operator does.
  for (const path of division.TargetEndpoint.enforced.filter((one) => !one.startsWith("deploy."))) {
    it(`a TargetEndpoint's ${path}`, () => {
      const [one, other] = inEndpoint[path] ?? assert.fail("a pair of values is missing");
      assert.notEqual(outcome({ backend: "store" }, one, {}), outcome({ backend: "store" }, other, {}));
    });
  }
});
