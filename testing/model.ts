import type { ApiModel, Operation } from "../src/model/api.ts";
import { type Backend, plainBackend } from "../src/model/backend.ts";
import { noHeaderChanges } from "../src/model/headers.ts";

/** A small model for unit tests, to be changed where a test needs something else. */
export const testBackend: Backend = {
  name: "pets",
  targets: [{ tls: false, host: "pets", port: 80, weight: 1, group: 0 }],
  path: "",
  ...plainBackend,
};

export const testOperation: Operation = {
  id: "showPet",
  method: "GET",
  template: "/v1/pets/{id}",
  path: [["pets"], [{ parameter: "id" }]],
  query: [],
  addresses: undefined,
  access: { kind: "open" },
  limits: [],
  answer: {
    kind: "backend",
    backends: [{ backend: "pets", weight: 1 }],
    timeoutMs: 15_000,
    path: "keep",
    rewrite: undefined,
    sandbox: undefined,
    mirror: undefined,
    retry: undefined,
  },
  cors: undefined,
  requestHeaders: noHeaderChanges,
  responseHeaders: noHeaderChanges,
  webSocket: false,
  transport: undefined,
  isStream: false,
  maxBodyBytes: undefined,
  isCompressed: false,
  validation: undefined,
  interception: undefined,
  cache: undefined,
  fault: undefined,
  maintenance: undefined,
  where: { source: "pets.yaml", pointer: "/paths/~1pets~1{id}/get" },
};

export const testApi: ApiModel = {
  name: "petstore",
  title: "Petstore",
  version: "1.0.0",
  owner: undefined,
  hosts: [],
  basePath: "/v1",
  errors: undefined,
  operations: [testOperation],
  validation: undefined,
  interception: undefined,
  keepsAnswers: undefined,
  patches: undefined,
  disabledPaths: undefined,
  backends: [testBackend],
  credentialSets: [],
  securities: [],
  verifiers: [],
  limits: [],
};
