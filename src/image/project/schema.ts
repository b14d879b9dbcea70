import { z } from "zod";
import { pageFileNames } from "../../model/page.ts";
import { operationRules } from "../../model/validation-rules.ts";
import { isCode, isInside } from "../../text/code.ts";
import { patches } from "../patches.ts";

// What of a model is the same everywhere, in the project's words. A test holds that a model that went this way compiles to the same bytes.

const segment = z.array(z.union([z.string(), z.strictObject({ parameter: z.string() })]));

const scheme = z.strictObject({
  name: z.string(),
  challenge: z.string().optional(),
  realm: z.string().optional(),
  scopes: z.array(z.string()),
});

const demand = z.strictObject({ security: z.string(), scopes: z.array(z.string()) });

const access = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("open") }),
  z.strictObject({ kind: z.literal("protected"), alternatives: z.array(z.array(demand)), schemes: z.array(scheme) }),
  z.strictObject({ kind: z.literal("unprotected"), schemes: z.array(scheme) }),
  z.strictObject({ kind: z.literal("refused"), schemes: z.array(scheme) }),
]);

const reply = z.strictObject({
  status: z.int(),
  mediaType: z.string().optional(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
});

const retry = z.strictObject({
  attempts: z.int().min(0),
  statuses: z.array(z.int()),
  methods: z.array(z.string()).optional(),
  perTryTimeoutMs: z.int().optional(),
  backoffMs: z.int().optional(),
  maxBackoffMs: z.int().optional(),
});

const rewrite = z.strictObject({
  path: z.array(z.union([z.string(), z.strictObject({ segment: z.int().min(0), before: segment, after: segment })])).optional(),
  removeQuery: z.array(z.string()),
  setQuery: z.array(z.strictObject({ name: z.string(), value: z.string() })),
});

const answer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("backend"),
    backends: z.array(z.strictObject({ backend: z.string(), weight: z.int().min(1) })).min(1),
    timeoutMs: z.int().min(0),
    path: z.enum(["same", "keep", "strip"]),
    rewrite: rewrite.optional(),
    sandbox: z.strictObject({ backend: z.string(), by: z.enum(["claim", "header"]), name: z.string(), value: z.string() }).optional(),
    mirror: z.strictObject({ backend: z.string(), percent: z.int().min(0).max(100) }).optional(),
    retry: retry.optional(),
  }),
  z.strictObject({ kind: z.literal("mock"), reply }),
  z.strictObject({ kind: z.literal("document"), hash: z.string(), bytes: z.int() }),
  z.strictObject({ kind: z.literal("page"), file: z.enum(pageFileNames) }),
]);

const headerField = z.strictObject({ name: z.string(), value: z.string() });

const headerChanges = z.strictObject({ remove: z.array(z.string()), set: z.array(headerField), add: z.array(headerField) });

const cors = z.strictObject({
  origins: z.array(z.string()),
  headers: z.array(z.string()),
  exposedHeaders: z.array(z.string()),
  maxAgeSeconds: z.int().min(0),
  credentials: z.boolean(),
});

const wantedValue = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("any") }),
  z.strictObject({ kind: z.literal("exact"), text: z.string() }),
  z.strictObject({ kind: z.literal("pattern"), pattern: z.string() }),
]);

const condition = z.discriminatedUnion("kind", [
  z.strictObject({ isNot: z.boolean(), kind: z.literal("header"), name: z.string(), value: wantedValue }),
  z.strictObject({ isNot: z.boolean(), kind: z.literal("query"), name: z.string(), value: wantedValue }),
  z.strictObject({ isNot: z.boolean(), kind: z.literal("claim"), name: z.string(), value: wantedValue }),
  z.strictObject({ isNot: z.boolean(), kind: z.literal("tier"), name: z.string() }),
  z.strictObject({ isNot: z.boolean(), kind: z.literal("addresses"), ranges: z.array(z.string()) }),
]);

const limit = z.strictObject({
  id: z.string(),
  name: z.string(),
  counted: z.enum(["operation", "api", "subscription", "application"]),
  most: z.int().min(1),
  seconds: z.int().min(1),
  scope: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("local"), burst: z.int().min(1) }),
    z.strictObject({
      kind: z.literal("global"),
      unit: z.enum(["second", "minute", "hour", "day", "month"]),
      onFailure: z.enum(["open", "closed"]),
      measure: z.enum(["requests", "request-bytes", "response-bytes", "bytes"]),
    }),
  ]),
  key: z.discriminatedUnion("by", [
    z.strictObject({ by: z.literal("none") }),
    z.strictObject({ by: z.literal("address") }),
    z.strictObject({ by: z.literal("client") }),
    z.strictObject({ by: z.literal("claim"), name: z.string() }),
    z.strictObject({ by: z.literal("header"), name: z.string() }),
  ]),
  conditions: z.array(condition),
  needsAll: z.boolean(),
  onExcess: z.enum(["refuse", "mark"]),
});

const messageValidation = z.strictObject({ strictness: z.enum(["report", "enforce"]), largestBytes: z.int().min(1).optional() });

/** A file of functions, which is written below the image part's folder. */
const isFile = (path: string): boolean => isInside(path) && isCode(path);

const interceptingFunction = z.strictObject({ path: z.string(), name: z.string() });

const query = z.array(z.strictObject({ name: z.string(), value: z.string().exactOptional() }));

const operation = z.strictObject({
  id: z.string(),
  method: z.string(),
  template: z.string(),
  path: z.array(segment),
  query,
  transport: z.enum(["http", "https"]).optional(),
  addresses: z.strictObject({ allow: z.array(z.string()), deny: z.array(z.string()) }).optional(),
  access,
  limits: z.array(z.string()),
  answer,
  cors: cors.optional(),
  requestHeaders: headerChanges,
  responseHeaders: headerChanges,
  webSocket: z.boolean(),
  isStream: z.boolean(),
  maxBodyBytes: z.int().min(1).optional(),
  isCompressed: z.boolean(),
  validation: z.strictObject({ request: messageValidation.optional(), response: messageValidation.optional() }).optional(),
  interception: z
    .strictObject({
      request: interceptingFunction.optional(),
      response: interceptingFunction.optional(),
      largestBytes: z.int().min(1).optional(),
      timeoutMs: z.int().min(1),
      goesOnAfterFailure: z.boolean(),
    })
    .optional(),
  cache: z.strictObject({ freshSeconds: z.int().min(0).optional(), headers: z.array(z.string()) }).optional(),
  fault: z.strictObject({ delayMs: z.int().min(0).optional(), status: z.int().optional(), percent: z.int().min(0).max(100) }).optional(),
  maintenance: z.strictObject({ message: z.string(), retryAfterSeconds: z.int().optional() }).optional(),
});

const location = z.discriminatedUnion("in", [
  z.strictObject({ in: z.literal("header"), name: z.string(), prefix: z.string() }),
  z.strictObject({ in: z.literal("query"), name: z.string() }),
  z.strictObject({ in: z.literal("cookie"), name: z.string() }),
]);

const claimRule = z.strictObject({ claim: z.string(), kind: z.enum(["is", "holds"]), values: z.array(z.string()) });

const tokenRules = z.strictObject({
  algorithms: z.array(z.string()),
  claims: z.array(claimRule),
  scopeClaims: z.array(z.string()),
});

const asked = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("user"), realm: z.string() }),
  z.strictObject({ kind: z.literal("token"), claims: z.array(claimRule), scopeClaims: z.array(z.string()) }),
  z.strictObject({ kind: z.literal("authorizer"), headers: z.array(z.string()) }),
]);

const subject = z.strictObject({ type: z.enum(["dns", "uri", "email", "address"]), value: z.string(), isPrefix: z.boolean() });

const security = z.strictObject({
  name: z.string(),
  token: tokenRules.optional(),
  keys: z.boolean(),
  asked: asked.optional(),
  certificate: z.strictObject({ subjects: z.array(subject), isOptional: z.boolean() }).optional(),
  locations: z.array(location),
  forward: z.boolean(),
  scopes: z.array(z.string()),
  identity: z.array(z.strictObject({ header: z.string(), claim: z.string().optional() })),
});

const api = z.strictObject({
  name: z.string(),
  title: z.string(),
  version: z.string(),
  owner: z.string().optional(),
  hosts: z.array(z.string()),
  basePath: z.string(),
  errors: z.literal("wso2").optional(),
  /** Their names alone: where they are differs by environment. */
  backends: z.array(z.string()),
  credentialSets: z.array(z.array(z.string())),
  securities: z.array(security),
  operations: z.array(operation),
  /** Of the files of its functions their names alone: they are files of the project. */
  interception: z
    .strictObject({ hash: z.string().regex(/^[0-9a-f]{16}$/), files: z.array(z.string().refine(isFile)), mayConnect: z.boolean() })
    .optional(),
  keepsAnswers: z.literal(true).optional(),
  patches: patches.optional(),
  disabledPaths: z.array(z.strictObject({ path: z.array(segment), query })).optional(),
});

/** The file gateway.yaml of a project. */
export const projectGateway = z.strictObject({
  contract: z.literal(1),
  engine: z.literal("envoy"),
  apis: z.array(api),
});

/** The file policies.yaml of a project: the limits of each API, by its name. */
export const projectPolicies = z.strictObject({ limits: z.record(z.string(), z.array(limit)) });

/** A file validation/API.json of a project: what requests are held against. Which form that has is looked at where it counts. */
export const projectValidation = z.strictObject({
  hash: z.string(),
  schemas: z.record(z.string(), z.unknown()),
  operations: z.array(operationRules),
});

export type ProjectLimit = z.infer<typeof limit>;
export type ProjectApi = z.infer<typeof api>;
export type ProjectOperation = z.infer<typeof operation>;
