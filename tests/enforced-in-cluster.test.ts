import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { division } from "../src/api/enforced.ts";
import { targetEndpointSpec } from "../src/api/target-endpoint.ts";
import type { ObjectStore } from "../src/apply/kubernetes/objects.ts";
import { storedObject } from "../src/apply/kubernetes/stored-object.ts";
import { judged } from "../src/controller/breaking.ts";
import { apiSpecOf } from "../src/controller/compile-gateway.ts";
import { compiledGateways } from "../src/controller/compiled-gateways.ts";
import { imageAsk } from "../src/controller/image-of.ts";
import { contentOf } from "../src/controller/serving.ts";
import type { Updates } from "../src/controller/updates.ts";
import { makeUsers } from "../src/controller/users.ts";
import type { Registry } from "../src/image/registry/registry.ts";
import { checked } from "../src/problem.ts";
import { backendWorkload, gatewayWorkload } from "../src/resolve/workload.ts";
import { followIssuers } from "../src/source/issuers.ts";
import { backendObjects } from "../src/workloads/backend.ts";
import { gatewayObjects } from "../src/workloads/gateway.ts";

const owner = { apiVersion: "portico.dev/v1alpha1", kind: "API", name: "pets", uid: "u1", controller: true } as const;

const documentOf = (version: string): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Pets", version },
    servers: [{ url: "http://pets.test" }],
    paths: { "/pets": { get: { requestBody: { content: { "application/json": {} } } } } },
  });

const functionsOf = (version: string): string => JSON.stringify({ "a.ts": `export default () => "${version}"; export const other = 1;` });

/** ConfigMaps whose documents, or functions, differ by their name and key. */
const store: ObjectStore = {
  read: (_, namespace, name) => {
    const textOf = name.startsWith("functions") ? functionsOf : documentOf;
    const data = Object.fromEntries(["a", "b"].map((key) => [key, textOf(`${name}-${key}`)]));
    const only = { a: documentOf(name) };
    const value = { kind: "ConfigMap", metadata: { name, namespace, resourceVersion: "1" }, data: name.startsWith("one") ? only : data };
    return Promise.resolve(checked(storedObject(value), []));
  },
  secret: unused,
  changeEntries: unused,
  list: unused,
  apply: unused,
  applyStatus: unused,
  annotate: unused,
  create: unused,
  replace: unused,
  remove: unused,
};

function unused(): never {
  return assert.fail("not asked for");
}

const emptyRegistry: Registry = {
  name: "registry.test",
  manifest: () => Promise.resolve(checked(undefined, [])),
  putManifest: unused,
  hasBlob: unused,
  blob: unused,
  openBlob: unused,
  mountBlob: unused,
  uploadBlob: unused,
  referrers: unused,
  close: unused,
};

/** A Security that needs nothing of a cluster. */
const guard = storedObject({
  apiVersion: "portico.dev/v1alpha1",
  kind: "Security",
  metadata: { name: "guard", namespace: "a", resourceVersion: "1", uid: "g1", generation: 1 },
  spec: {
    type: "jwt",
    jwt: {
      issuers: [
        {
          issuer: "https://issuer.test",
          jwks: { inline: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' },
        },
      ],
    },
  },
});

/** A document with an interceptor of another product. */
const foreignDocument = {
  definition: [{ inline: JSON.stringify({ ...JSON.parse(documentOf("1")), "x-wso2-request-interceptor": "java:com.example.Trace" }) }],
};

/** A patch of the gateway's routes. */
const patch = (fields: object, change: object = {}): object => ({
  envoyPatches: [{ of: "routes", operations: [{ op: "add", path: "/name", value: "a", ...change }], ...fields }],
});

const nothing = { objects: new Map(), filled: Promise.resolve(), takeIn: () => {} };

/** Each update breaks something. */
const breaking: Updates = {
  brokenBy: async () =>
    checked([{ kind: "operation", operation: "GET /pets", message: "It is gone.", where: { source: "", pointer: "" }, in: "before" }], []),
  forget: unused,
};

/** Everything that somebody could tell the difference by: the gateway's objects, its image's name, and what is asked of it. */
async function outcomeOfApi(fields: object): Promise<string> {
  const spec = { definition: [{ inline: documentOf("1") }], ...fields };
  const object = {
    apiVersion: "portico.dev/v1alpha1",
    kind: "API",
    metadata: { name: "pets", namespace: "a", resourceVersion: "1", uid: "u1" },
    spec,
  };
  const api = storedObject(object);
  const read = apiSpecOf(api);
  if (!read.ok) return JSON.stringify(read.problems);
  const workload = gatewayWorkload(api.metadata, read.value, []);
  const gateways = compiledGateways({
    store,
    registries: () => emptyRegistry,
    issuers: followIssuers(),
    users: makeUsers(),
    collections: {
      ...{ configMaps: nothing, secrets: nothing, targetEndpoints: nothing, referenceGrants: nothing },
      rateLimitings: nothing,
      securities: { ...nothing, objects: new Map([["a/guard", guard]]) },
    },
    alwaysUsed: [],
    limitsService: undefined,
    traces: undefined,
  });
  const made = await gateways.summary(api, read.value, workload);
  if (!made.ok) return JSON.stringify(made.problems);
  const summary = made.value;
  const registry = { registry: "registry.test", repository: "apis" };
  const { inputHash, mounted } = summary;
  const content = contentOf({ image: "registry.test/apis/pets@sha256:1", inputHash, mounted: mounted.open(), certificate: undefined });
  const update = {
    api: storedObject({ ...object, status: { image: "registry.test/a", inputHash: "0" } }),
    spec: read.value,
    workload,
    summary,
  };
  return JSON.stringify([
    await judged({ updates: breaking }, update),
    gatewayObjects(workload, content, owner),
    imageAsk(registry, api, read.value, workload, { ...summary, now: { toolkit: undefined, base: undefined } }),
  ]);
}

function outcomeOfEndpoint(deploy: object): string {
  const spec = targetEndpointSpec.parse({ deploy: { image: "store", port: 80, ...deploy } });
  const workload = backendWorkload({ name: "store", namespace: "a" }, spec, []) ?? assert.fail("nothing is deployed");
  return JSON.stringify(backendObjects(workload, owner));
}

type Pair = readonly [object, object];
const under = (names: readonly string[], pair: Pair): Pair =>
  names.toReversed().reduce<Pair>(([one, other], name) => [{ [name]: one }, { [name]: other }], pair);

const scaled = (fields: object): object => ({ autoscaling: { maxReplicas: 3, ...fields } });

/** Two values of each field that says how pods run. */
const pods: Readonly<Record<string, Pair>> = {
  replicas: [{ replicas: 2 }, { replicas: 3 }],
  "autoscaling.minReplicas": [scaled({ minReplicas: 1 }), scaled({ minReplicas: 2 })],
  "autoscaling.maxReplicas": [scaled({ maxReplicas: 4 }), scaled({ maxReplicas: 5 })],
  "autoscaling.cpuPercent": [scaled({ cpuPercent: 50 }), scaled({ cpuPercent: 60 })],
  "autoscaling.memoryPercent": [scaled({ memoryPercent: 50 }), scaled({ memoryPercent: 60 })],
  "autoscaling.metrics[].*": [scaled({ metrics: [{ type: "Pods" }] }), scaled({ metrics: [{ type: "Object" }] })],
  "autoscaling.behavior.*": [scaled({ behavior: { scaleUp: {} } }), scaled({ behavior: { scaleDown: {} } })],
  "resources.requests.*": under(["resources", "requests"], [{ cpu: "1" }, { cpu: "2" }]),
  "podTemplate.*": under(["podTemplate", "spec"], [{ priorityClassName: "high" }, { priorityClassName: "low" }]),
  "resources.limits.*": under(["resources", "limits"], [{ memory: "1Gi" }, { memory: "2Gi" }]),
  "imagePullSecrets[].name": [{ imagePullSecrets: [{ name: "a" }] }, { imagePullSecrets: [{ name: "b" }] }],
};

const definition = (one: object, other: object): Pair => [{ definition: [one] }, { definition: [other] }];
const parents = (one: object, other: object): Pair =>
  under(["expose", "httpRoute"], [{ parentRefs: [{ name: "g", ...one }] }, { parentRefs: [{ name: "g", ...other }] }]);
const inIngress = (fields: object): object => ({ expose: { ingress: {}, ...fields } });

const env = (one: object, other: object): Pair => [{ env: [{ name: "A", ...one }] }, { env: [{ name: "A", ...other }] }];
const from = (kind: string, one: object, other: object): Pair =>
  env({ valueFrom: { [kind]: { name: "s", key: "k", ...one } } }, { valueFrom: { [kind]: { name: "s", key: "k", ...other } } });

/** Two values of each field of environment variables. */
const variables: Readonly<Record<string, Pair>> = {
  "env[].name": env({}, { name: "B" }),
  "env[].value": env({ value: "1" }, { value: "2" }),
  "env[].valueFrom.configMapKeyRef.name": from("configMapKeyRef", { name: "a" }, { name: "b" }),
  "env[].valueFrom.configMapKeyRef.key": from("configMapKeyRef", { key: "a" }, { key: "b" }),
  "env[].valueFrom.secretKeyRef.name": from("secretKeyRef", { name: "a" }, { name: "b" }),
  "env[].valueFrom.secretKeyRef.key": from("secretKeyRef", { key: "a" }, { key: "b" }),
};

const intercepted = (fields: object): object => ({
  interceptors: { source: { name: "functions", key: "a" }, request: "./a.ts", ...fields },
});

const inApi: Readonly<Record<string, Pair>> = {
  ...pods,
  "definition[].configMap.name": definition({ configMap: { name: "one-a" } }, { configMap: { name: "one-b" } }),
  "definition[].configMap.key": definition({ configMap: { name: "two", key: "a" } }, { configMap: { name: "two", key: "b" } }),
  "definition[].parts[].name": definition({ parts: [{ name: "one-a" }] }, { parts: [{ name: "one-b" }] }),
  "definition[].parts[].key": definition({ parts: [{ name: "two", key: "a" }] }, { parts: [{ name: "two", key: "b" }] }),
  "definition[].inline": definition({ inline: documentOf("1") }, { inline: documentOf("2") }),
  image: [
    { definition: undefined, image: "registry.test/a" },
    { definition: undefined, image: "registry.test/b" },
  ],
  "security[].name": [{ security: [{ name: "guard" }] }, { security: [{ name: "other" }] }],
  "security[].namespace": [{ security: [{ name: "guard" }] }, { security: [{ name: "guard", namespace: "b" }] }],
  "rateLimit[].name": [{ rateLimit: [{ name: "Gold" }] }, { rateLimit: [{ name: "Silver" }] }],
  "rateLimit[].namespace": [{ rateLimit: [{ name: "few" }] }, { rateLimit: [{ name: "few", namespace: "b" }] }],
  "security[].scopes[]": [{ security: [{ name: "guard", scopes: ["a"] }] }, { security: [{ name: "guard", scopes: ["b"] }] }],
  inputHash: [{ inputHash: "a".repeat(64) }, {}],
  version: [{ version: "1" }, { version: "2" }],
  engine: [{ engine: "envoy" }, { engine: "wso2" }],
  mode: [{ mode: "shared" }, { mode: "sidecar" }],
  builder: [{ builder: "layer" }, { builder: "kaniko" }],
  rebuild: [{ rebuild: "never" }, { rebuild: "always" }],
  breakingChanges: [{ breakingChanges: "allow" }, { breakingChanges: "refuse" }],
  "disruptionBudget.minAvailable": under(["disruptionBudget"], [{ minAvailable: 1 }, { minAvailable: 2 }]),
  "disruptionBudget.maxUnavailable": under(["disruptionBudget"], [{ maxUnavailable: 1 }, { maxUnavailable: "50%" }]),
  "addresses.allow[]": under(["addresses"], [{ allow: ["10.0.0.1"] }, { allow: ["10.0.0.2"] }]),
  "addresses.deny[]": under(["addresses"], [{ deny: ["10.0.0.1"] }, { deny: ["10.0.0.2"] }]),
  "publish.document": under(["publish"], [{ document: true }, { document: false }]),
  "publish.page": under(["publish"], [{ page: true }, { page: false }]),
  "validation.request": under(["validation"], [{ request: "report" }, { request: "enforce" }]),
  "validation.response": under(["validation"], [{ response: "report" }, { response: "enforce" }]),
  "validation.maxBody": under(
    ["validation"],
    [
      { request: "report", maxBody: "1Ki" },
      { request: "report", maxBody: "2Ki" },
    ],
  ),
  ...Object.fromEntries(Object.entries(variables).map(([path, pair]) => [path, pair.map((one) => ({ ...intercepted({}), ...one }))])),
  "interceptors.foreign": [
    { ...foreignDocument, interceptors: { foreign: "refuse" } },
    { ...foreignDocument, interceptors: { foreign: "ignore" } },
  ],
  "interceptors.source.name": [intercepted({}), intercepted({ source: { name: "functions-of-others", key: "a" } })],
  "interceptors.source.key": [intercepted({}), intercepted({ source: { name: "functions", key: "b" } })],
  "interceptors.request": [intercepted({}), intercepted({ request: "./a.ts#other" })],
  "interceptors.response": [intercepted({}), intercepted({ response: "./a.ts#other" })],
  "interceptors.body": [intercepted({}), intercepted({ body: true })],
  "interceptors.timeout": [intercepted({}), intercepted({ timeout: "2s" })],
  "interceptors.onFailure": [intercepted({}), intercepted({ onFailure: "pass" })],
  "interceptors.allow[]": [intercepted({}), intercepted({ allow: ["network"] })],
  maxBody: [{ maxBody: "1Ki" }, { maxBody: "2Ki" }],
  "envoyPatches[].of": [patch({}), patch({ of: "listener" })],
  "envoyPatches[].operation": [patch({ operation: "GET /pets" }), patch({ operation: "nobody" })],
  "envoyPatches[].backend": [patch({ of: "clusters", backend: "@document" }), patch({ of: "clusters", backend: "nobody" })],
  "envoyPatches[].operations[].op": [patch({}), patch({}, { op: "remove", value: undefined })],
  "envoyPatches[].operations[].path": [patch({}), patch({}, { path: "/vhds" })],
  "envoyPatches[].operations[].value": [patch({}), patch({}, { value: "b" })],
  "cache.maxAge": under(["cache"], [{ maxAge: "1s" }, { maxAge: "2s" }]),
  compression: [{ compression: true }, { compression: false }],
  "maintenance.message": under(["maintenance"], [{ message: "a" }, { message: "b" }]),
  "maintenance.retryAfter": under(["maintenance"], [{ retryAfter: "1s" }, { retryAfter: "2s" }]),
  errors: [{ errors: "problem" }, { errors: "wso2" }],
  "expose.hosts[]": [inIngress({ hosts: ["a.test"] }), inIngress({ hosts: ["b.test"] })],
  "expose.tls.name": under(["expose", "tls"], [{ name: "a" }, { name: "b" }]),
  "expose.service.type": under(["expose", "service"], [{ type: "NodePort" }, { type: "LoadBalancer" }]),
  "expose.service.port": under(["expose", "service"], [{ port: 81 }, { port: 82 }]),
  "expose.service.nodePort": under(
    ["expose", "service"],
    [
      { type: "NodePort", nodePort: 30081 },
      { type: "NodePort", nodePort: 30082 },
    ],
  ),
  "expose.service.annotations.*": under(["expose", "service", "annotations"], [{ a: "1" }, { a: "2" }]),
  "expose.ingress.className": under(["expose", "ingress"], [{ className: "a" }, { className: "b" }]),
  "expose.ingress.annotations.*": under(["expose", "ingress", "annotations"], [{ a: "1" }, { a: "2" }]),
  "expose.httpRoute.annotations.*": under(
    ["expose", "httpRoute"],
    [
      { parentRefs: [{ name: "g" }], annotations: { a: "1" } },
      { parentRefs: [{ name: "g" }], annotations: { a: "2" } },
    ],
  ),
  "expose.httpRoute.parentRefs[].name": parents({ name: "a" }, { name: "b" }),
  "expose.httpRoute.parentRefs[].namespace": parents({ namespace: "a" }, { namespace: "b" }),
  "expose.httpRoute.parentRefs[].sectionName": parents({ sectionName: "a" }, { sectionName: "b" }),
};

const inDeploy: Readonly<Record<string, Pair>> = {
  ...pods,
  image: [{ image: "a" }, { image: "b" }],
  port: [{ port: 1 }, { port: 2 }],
  "command[]": [{ command: ["a"] }, { command: ["b"] }],
  "args[]": [{ args: ["a"] }, { args: ["b"] }],
  readinessPath: [{ readinessPath: "/a" }, { readinessPath: "/b" }],
  ...variables,
};

describe("a field that is enforced makes a difference in a cluster", () => {
  for (const path of division.API.enforced) {
    it(`an API's ${path}`, async () => {
      const [one, other] = inApi[path] ?? assert.fail("a pair of values is missing");
      assert.notEqual(await outcomeOfApi(one), await outcomeOfApi(other));
    });
  }

  for (const path of division.TargetEndpoint.enforced.filter((one) => one.startsWith("deploy."))) {
    it(`a TargetEndpoint's ${path}`, () => {
      const [one, other] = inDeploy[path.slice("deploy.".length)] ?? assert.fail("a pair of values is missing");
      assert.notEqual(outcomeOfEndpoint(one), outcomeOfEndpoint(other));
    });
  }
});
