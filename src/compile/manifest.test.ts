import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testApi as api, testBackend as backend, testOperation as operation } from "../../testing/model.ts";
import type { ApiModel, Operation } from "../model/api.ts";
import type { Backend } from "../model/backend.ts";
import { noHeaderChanges } from "../model/headers.ts";
import type { Verifier } from "../model/security.ts";
import { wholeFile } from "../problem.ts";
import { decisionHash, gatewayManifest } from "./manifest.ts";

const hash = (model: ApiModel, engine = "envoy", published = "{}"): string => gatewayManifest([{ model, published }], engine).inputHash;
const withOperation = (change: Partial<Operation>): ApiModel => ({ ...api, operations: [{ ...operation, ...change }] });
const withBackend = (change: Partial<Backend>): ApiModel => ({ ...api, backends: [{ ...backend, ...change }] });

const scheme = { name: "token", challenge: "Bearer", realm: undefined, scopes: ["read"] } as const;
const cors = { origins: ["*"], headers: [], exposedHeaders: [], maxAgeSeconds: 5, credentials: false };

/** One change at least for every field of an operation that the image is made from. */
const operationChanges: Readonly<Record<Exclude<keyof Operation, "where">, readonly Partial<Operation>[]>> = {
  id: [{ id: "getPet" }],
  method: [{ method: "PUT" }],
  template: [{ template: "/v1/pets/{petId}" }],
  path: [{ path: [["pets"], [{ parameter: "id" }], []] }],
  query: [{ query: [{ name: "full" }] }, { query: [{ name: "full", value: "1" }] }],
  addresses: [{ addresses: { allow: ["10.0.0.0/8"], deny: [] } }, { addresses: { allow: [], deny: ["10.0.0.0/8"] } }],
  access: [{ access: { kind: "unprotected", schemes: [scheme] } }, { access: { kind: "refused", schemes: [scheme] } }],
  answer: [
    {
      answer: {
        kind: "backend",
        backends: [{ backend: "pets", weight: 1 }],
        timeoutMs: 1000,
        path: "keep",
        rewrite: undefined,
        sandbox: undefined,
        mirror: undefined,
        retry: undefined,
      },
    },
    {
      answer: {
        kind: "backend",
        backends: [{ backend: "pets", weight: 1 }],
        timeoutMs: 15_000,
        path: "strip",
        rewrite: undefined,
        sandbox: undefined,
        mirror: undefined,
        retry: undefined,
      },
    },
    {
      answer: {
        kind: "backend",
        backends: [
          { backend: "pets", weight: 1 },
          { backend: "cats", weight: 1 },
        ],
        timeoutMs: 15_000,
        path: "keep",
        rewrite: undefined,
        sandbox: undefined,
        mirror: undefined,
        retry: undefined,
      },
    },
    { answer: { kind: "mock", reply: { status: 200, mediaType: undefined, headers: [], body: "" } } },
    { answer: { kind: "mock", reply: { status: 200, mediaType: "text/plain", headers: [["a", "b"]], body: "rex" } } },
  ],
  limits: [{ limits: ["operation/few"] }],
  cors: [{ cors }, { cors: { ...cors, credentials: true } }],
  requestHeaders: [{ requestHeaders: { ...noHeaderChanges, remove: ["x-a"] } }],
  responseHeaders: [{ responseHeaders: { ...noHeaderChanges, set: [{ name: "x-a", value: "1" }] } }],
  transport: [{ transport: "https" }, { transport: "http" }],
  isStream: [{ isStream: true }],
  maxBodyBytes: [{ maxBodyBytes: 1024 }],
  interception: [
    {
      interception: {
        request: { path: "a.ts", name: "default" },
        response: undefined,
        largestBytes: undefined,
        timeoutMs: 1000,
        goesOnAfterFailure: false,
      },
    },
    {
      interception: {
        request: { path: "a.ts", name: "check" },
        response: undefined,
        largestBytes: undefined,
        timeoutMs: 1000,
        goesOnAfterFailure: false,
      },
    },
    {
      interception: {
        request: undefined,
        response: { path: "a.ts", name: "check" },
        largestBytes: undefined,
        timeoutMs: 1000,
        goesOnAfterFailure: false,
      },
    },
    {
      interception: {
        request: undefined,
        response: { path: "a.ts", name: "check" },
        largestBytes: 10,
        timeoutMs: 2000,
        goesOnAfterFailure: true,
      },
    },
  ],
  validation: [
    { validation: { request: { strictness: "report", largestBytes: undefined }, response: undefined } },
    { validation: { request: { strictness: "enforce", largestBytes: undefined }, response: undefined } },
    { validation: { request: { strictness: "enforce", largestBytes: 1024 }, response: undefined } },
    { validation: { request: undefined, response: { strictness: "enforce", largestBytes: 1024 } } },
  ],
  webSocket: [{ webSocket: true }],
  isCompressed: [{ isCompressed: true }],
  cache: [
    { cache: { freshSeconds: undefined, headers: [] } },
    { cache: { freshSeconds: 1, headers: [] } },
    { cache: { freshSeconds: undefined, headers: ["x-tenant"] } },
  ],
  fault: [{ fault: { delayMs: 1, status: undefined, percent: 1 } }, { fault: { delayMs: undefined, status: 500, percent: 1 } }],
  maintenance: [
    { maintenance: { message: "a", retryAfterSeconds: undefined } },
    { maintenance: { message: "a", retryAfterSeconds: 5 } },
    { maintenance: { message: "b", retryAfterSeconds: 5 } },
  ],
};

describe("the input hash", () => {
  it("is the same for the same input, however its members are ordered", () => {
    const { name, ...rest } = api;
    assert.equal(hash({ ...rest, name }), hash(api));
    assert.match(hash(api), /^[0-9a-f]{64}$/);
  });

  it("does not change with what differs by environment, nor with a place in a document", () => {
    assert.equal(hash(withBackend({ targets: [{ tls: true, host: "pets.qa.example", port: 443, weight: 1, group: 0 }] })), hash(api));
    assert.equal(hash(withBackend({ path: "/api" })), hash(api));
    assert.equal(hash(withBackend({ connectTimeoutMs: 1 })), hash(api));
    assert.equal(hash({ ...api, verifiers: [verifier] }), hash(api));
    assert.equal(hash(withOperation({ where: { source: "other.yaml", pointer: "/paths/0" } })), hash(api));
  });

  it("changes with every field of an operation, and with all of them differently", () => {
    const hashes = Object.values(operationChanges).flatMap((changes) => changes.map((change) => hash(withOperation(change))));
    assert.equal(new Set([...hashes, hash(api)]).size, hashes.length + 1);
  });

  it("changes with the API's own fields, the backends' names, the number of operations and the engine", () => {
    const others = [
      hash({ ...api, name: "shop" }),
      hash({ ...api, title: "Shop" }),
      hash({ ...api, version: "1.0.1" }),
      hash({ ...api, hosts: ["pets.example"] }),
      hash({ ...api, basePath: "/v2" }),
      hash({ ...api, validation: { hash: "1", schemas: {}, operations: [] } }),
      hash({
        ...api,
        securities: [
          {
            name: "key",
            token: undefined,
            keys: true,
            asked: undefined,
            certificate: undefined,
            locations: [],
            forward: false,
            scopes: [],
            identity: [],
          },
        ],
      }),
      hash(withBackend({ name: "cats" })),
      hash({ ...api, operations: [operation, { ...operation, id: "twin" }] }),
      hash(api, "wso2"),
      hash(api, "envoy", "{ }"),
    ];
    assert.equal(new Set([...others, hash(api)]).size, others.length + 1);
  });
});

const verifier: Verifier = {
  security: "key",
  tokens: undefined,
  keys: { kind: "Secret", name: "clients", key: undefined },
  agent: undefined,
  trust: undefined,
  locations: [],
  blockedClients: [],
  where: wholeFile("key.yaml"),
};

it("a manifest names what the environment has to supply, and no address", () => {
  const locations = [{ in: "query", name: "k" }] as const;
  const security = {
    name: "key",
    locations,
    token: undefined,
    keys: true,
    asked: undefined,
    certificate: undefined,
    forward: false,
    scopes: [],
    identity: [],
  };
  const credentialSets = [["key"]];
  const protectedApi = { ...api, securities: [security], credentialSets };
  const manifest = gatewayManifest([{ model: protectedApi, published: "{}" }], "envoy");
  assert.deepEqual(manifest, {
    contract: 1,
    inputHash: hash(protectedApi),
    apis: [
      {
        ...{
          name: "petstore",
          version: "1.0.0",
          owner: undefined,
          hosts: [],
          basePath: "/v1",
          errors: undefined,
          operations: 1,
          backends: ["pets"],
        },
        securities: [{ name: "key", locations, decides: decisionHash(security), asksAgent: false, takesTokens: false }],
        credentialSets,
        globalLimits: [],
        validators: undefined,
        interceptors: undefined,
        keepsAnswers: undefined,
        patches: undefined,
      },
    ],
  });
});
