import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { child, root } from "../../text/node.ts";
import { parseOne } from "../../text/parse.ts";
import type { Level } from "./row.ts";
import { table } from "./table.ts";
import { translate } from "./translate.ts";

function translated(level: Level, text: string) {
  const file = parseOne("w.yaml", text);
  assert.ok(file.ok, JSON.stringify(file.problems));
  const document = root(file.value);
  return translate(level, level === "document" ? document : child(document, level), "1.0.5", document);
}

const fieldsIn = (level: Level, text: string) => Object.fromEntries(translated(level, text).fields.map(({ key, value }) => [key, value]));

const problemsIn = (level: Level, text: string) =>
  translated(level, text).problems.map(
    ({ severity, reason, message, where }) => `${where.line}:${where.column} ${severity} ${reason}: ${message}`,
  );

/** The key that a case is about, how it is written, and what it becomes. */
type Case = readonly [key: string, level: Level, text: string, fields: Readonly<Record<string, unknown>>];

const strip = { basePath: "strip" } as const;

const cases: readonly Case[] = [
  ["x-wso2-basePath", "document", "x-wso2-basePath: /pets/{version}\n", { basePath: "/pets/1.0.5" }],
  ["x-mgw-basePath", "document", "x-mgw-basePath: /pets\n", { basePath: "/pets" }],
  [
    "x-wso2-production-endpoints",
    "document",
    "x-wso2-production-endpoints: {urls: [http://a/v2]}\n",
    { backend: { url: "http://a/v2", ...strip } },
  ],
  [
    "x-wso2-production-endpoints",
    "document",
    "x-wso2-production-endpoints: {urls: [http://a, http://b], type: load_balance}\n",
    { backend: { urls: ["http://a", "http://b"], ...strip } },
  ],
  [
    "x-wso2-production-endpoints",
    "operation",
    "operation: {x-wso2-production-endpoints: {urls: [http://a, http://b], type: failover}}\n",
    { backend: { urls: ["http://a", "http://b"], ...strip, failover: true } },
  ],
  [
    "x-wso2-production-endpoints",
    "document",
    "x-wso2-production-endpoints: {urls: [http://a/x, https://b/y]}\n",
    { backend: { split: [{ url: "http://a/x" }, { url: "https://b/y" }], ...strip } },
  ],
  [
    "x-wso2-production-endpoints",
    "document",
    "x-wso2-production-endpoints: {urls: [http://a, http://a, http://b/]}\n",
    { backend: { split: [{ url: "http://a" }, { url: "http://a" }, { url: "http://b/" }], ...strip } },
  ],
  ["x-wso2-production-endpoints", "document", "x-wso2-production-endpoints: {urls: [pets]}\n", { backend: { name: "pets", ...strip } }],
  [
    "x-wso2-production-endpoints",
    "document",
    "x-wso2-production-endpoints: {urls: [pets, cats]}\n",
    { backend: { split: [{ name: "pets" }, { name: "cats" }], ...strip } },
  ],
  ["x-wso2-production-endpoints", "document", "x-wso2-production-endpoints: pets\n", { backend: { name: "pets", ...strip } }],
  [
    "x-wso2-sandbox-endpoints",
    "operation",
    "x-wso2-endpoints: [{dev: {urls: [http://a]}}]\noperation: {x-wso2-sandbox-endpoints: '#/x-wso2-endpoints/dev'}\n",
    { sandbox: { url: "http://a", ...strip } },
  ],
  [
    "x-mgw-endpoints",
    "document",
    "x-mgw-endpoints: [{one: {urls: [http://a]}}]\nx-mgw-production-endpoints: '#/x-mgw-endpoints/one'\n",
    { backend: { url: "http://a", ...strip } },
  ],
  [
    "x-wso2-endpoints",
    "document",
    `x-wso2-endpoints:
- one:
    urls: [http://a]
    advanceEndpointConfig:
      timeoutInMillis: 90500
      retryConfig: {count: 3, intervalInMillis: 1000, backOffFactor: 1.5, maxWaitIntervalInMillis: 4000, statusCodes: [500, 504]}
      circuitBreaker: {rollingWindow: {requestVolumeThreshold: 10, timeWindowInMillis: 60000, bucketSizeInMillis: 1000}, failureThreshold: 0.25, resetTimeInMillis: 5000, statusCodes: [500]}
      poolConfig: {maxActiveConnections: 5, maxIdleConnections: -1}
x-wso2-production-endpoints: '#/x-wso2-endpoints/one'
`,
    {
      backend: {
        url: "http://a",
        ...strip,
        timeout: "1m30s500ms",
        retry: { attempts: 3, backoff: "1s", backoffFactor: 1.5, maxBackoff: "4s", statuses: [500, 504] },
        circuitBreaker: {
          window: { duration: "1m", bucket: "1s", minRequests: 10, failurePercent: 25, statuses: [500], resetAfter: "5s" },
        },
        connectionPool: { maxConnections: 5 },
      },
    },
  ],
  ["x-wso2-throttling-tier", "document", "x-wso2-throttling-tier: Gold\n", { rateLimit: "Gold" }],
  ["x-throttling-tier", "operation", "operation: {x-throttling-tier: 10kPerMin}\n", { rateLimit: "10kPerMin" }],
  ["x-throttling-tier", "operation", "operation: {x-throttling-tier: Unlimited}\n", { rateLimit: false }],
  ["x-wso2-throttling-tier", "operation", "x-throttling-tier: Gold\noperation: {x-wso2-throttling-tier: Silver}\n", {}],
  ["x-wso2-disable-security", "document", "x-wso2-disable-security: true\n", { security: false }],
  ["x-wso2-disable-security", "document", "x-wso2-disable-security: false\n", {}],
  [
    "x-wso2-disable-security",
    "operation",
    "x-wso2-disable-security: true\noperation: {x-wso2-disable-security: false}\n",
    { security: true },
  ],
  ["x-auth-type", "operation", "operation: {x-auth-type: None}\n", { security: false }],
  ["x-auth-type", "operation", "operation: {x-auth-type: Application & Application User}\n", {}],
  ["x-scope", "operation", "operation: {x-scope: 'read:pets, write:pets'}\n", { scopes: ["read:pets", "write:pets"] }],
  ["x-wso2-auth-header", "document", "x-wso2-auth-header: X-Auth\n", { credentialHeader: "X-Auth" }],
  [
    "x-wso2-application-security",
    "document",
    "x-wso2-application-security: {security-types: [basic_auth, oauth2], optional: false}\n",
    { credentialTypes: ["basic", "jwt", "oauth2"], credentialOptional: false },
  ],
  ["x-wso2-mutual-ssl", "document", "x-wso2-mutual-ssl: mandatory\n", { clientCertificate: "mandatory" }],
  ["x-wso2-transports", "document", "x-wso2-transports: [https]\n", { transports: ["https"] }],
  ["x-wso2-transports", "document", "x-wso2-transports: [http, https]\n", {}],
  [
    "x-wso2-cors",
    "document",
    "x-wso2-cors: {corsConfigurationEnabled: true, accessControlAllowOrigins: [https://a.example], accessControlAllowHeaders: [X-A], accessControlAllowMethods: [GET], accessControlExposeHeaders: [X-B], accessControlAllowCredentials: true}\n",
    { cors: { origins: ["https://a.example"], methods: ["GET"], headers: ["X-A"], exposedHeaders: ["X-B"], credentials: true } },
  ],
  [
    "x-wso2-cors",
    "document",
    "x-wso2-cors: {access-control-allow-origins: ['*'], access-control-allow-credentials: false}\n",
    { cors: { origins: ["*"], credentials: false } },
  ],
  ["x-wso2-cors", "document", "x-wso2-cors: {corsConfigurationEnabled: false, accessControlAllowOrigins: ['*']}\n", { cors: false }],
  [
    "x-wso2-response-cache",
    "document",
    "x-wso2-response-cache: {enabled: true, cacheTimeoutInSeconds: 300}\n",
    { cache: { maxAge: "5m" } },
  ],
  ["x-wso2-response-cache", "document", "x-wso2-response-cache: {enabled: false}\n", { cache: false }],
  ["x-wso2-owner", "document", "x-wso2-owner: admin\n", { owner: "admin" }],
  ["x-wso2-mode", "document", "x-wso2-mode: sidecar\n", { mode: "sidecar" }],
];

describe("a key of WSO2's becomes a field of x-portico", () => {
  for (const [key, level, text, expected] of cases) {
    it(`${key} in ${level === "document" ? "a document" : "an operation"}: ${text.trim().split("\n").at(-1)}`, () => {
      assert.deepEqual(problemsIn(level, text), []);
      assert.deepEqual(fieldsIn(level, text), expected);
    });
  }

  it("a field remembers the key that said it", () => {
    const [field] = translated("operation", "operation:\n  x-throttling-tier: Gold\n").fields;
    assert.equal(field?.origin.pointer, "/operation/x-throttling-tier");
  });

  it("what has no key of WSO2's has no field", () => {
    assert.deepEqual(translated("operation", "operation: {x-other: 1, summary: a}\n"), { fields: [], problems: [] });
    assert.deepEqual(translated("operation", "operation: 7\n"), { fields: [], problems: [] });
  });
});

const bad: readonly (readonly [key: string, level: Level, text: string, problems: readonly string[]])[] = [
  [
    "x-wso2-production-endpoints",
    "document",
    "x-wso2-production-endpoints: {urls: [http://a], advanceEndpointConfig: {poolConfig: {waitTimeInMillis: 30}}}\n",
    [
      "1:86 warning WrongValue: `waitTimeInMillis` has no likeness in Envoy, and is left out: requests wait for a connection as long as their timeout lets them. Take it out.",
    ],
  ],
  ["x-wso2-basePath", "document", "x-wso2-basePath: 7\n", ["1:1 error WrongType: `x-wso2-basePath` takes a text. Write a text."]],
  [
    "x-wso2-basePath",
    "operation",
    "operation:\n  x-wso2-basePath: /a\n",
    ["2:3 error UnknownField: `x-wso2-basePath` is not read here. Write it beside `info`."],
  ],
  [
    "x-wso2-throttling-tier",
    "path",
    "path:\n  x-wso2-throttling-tier: a\n",
    ["2:3 error UnknownField: `x-wso2-throttling-tier` is not read here. Write it beside `info` or in an operation."],
  ],
  [
    "a misspelt key",
    "document",
    "x-wso2-basepth: /a\n",
    ["1:1 error UnknownField: `x-wso2-basepth` is no key of WSO2's that Portico reads here. Did you mean `x-wso2-basePath`?"],
  ],
  [
    "a key like no other",
    "document",
    "x-wso2-zebra: 1\n",
    [
      "1:1 error UnknownField: `x-wso2-zebra` is no key of WSO2's that Portico reads here. docs/wso2.md lists those that are read. Take it out.",
    ],
  ],
  [
    "a misspelt member",
    "document",
    "x-wso2-production-endpoints: {urls: [http://a], typ: http}\n",
    ["1:49 error UnknownField: `typ` is no field that WSO2's key has. Did you mean `type`?"],
  ],
  [
    "no urls",
    "document",
    "x-wso2-production-endpoints: {type: http}\n",
    ["1:1 error MissingField: `urls` is missing or empty. List one url or more."],
  ],
  [
    "an unknown type",
    "document",
    "x-wso2-production-endpoints: {urls: [http://a], type: load-balance}\n",
    [
      "1:49 error WrongValue: `type` takes one of `http`, `https`, `load_balance`, `failover`, not `load-balance`. Did you mean `load_balance`?",
    ],
  ],
  [
    "an endpoint that nothing defines",
    "operation",
    "x-wso2-endpoints: [{dev: {urls: [http://a]}}]\noperation: {x-wso2-production-endpoints: '#/x-wso2-endpoints/dve'}\n",
    ["2:13 error UnknownBackend: `x-wso2-endpoints` has no endpoint `dve`. Did you mean `dev`?"],
  ],
  [
    "an endpoint defined wrong, said once",
    "document",
    "x-wso2-endpoints: [{dev: {urls: 7}}]\nx-wso2-production-endpoints: '#/x-wso2-endpoints/dev'\n",
    ["1:27 error WrongType: `urls` takes a list. Write a list."],
  ],
  [
    "a password",
    "document",
    "x-wso2-production-endpoints:\n  urls: [https://pets.example.com/v1]\n  securityConfig: {type: basic, username: me, password: secret}\n",
    [
      "3:47 error InlinePassword: A backend's password stands in the document. Put it with the user's name into the Secret `pets-example-com-credentials` (type kubernetes.io/basic-auth), take `securityConfig` out, and write `x-portico: {backend: {credentials: {basic: {name: pets-example-com-credentials}}}}` or the same in a TargetEndpoint.",
    ],
  ],
  [
    "a Java interceptor",
    "operation",
    "operation:\n  x-wso2-request-interceptor: java:com.example.Check\n",
    [
      "2:3 error InterceptorNotCarried: `x-wso2-request-interceptor` names code of another product, which cannot run here. Write a function and name it by `x-portico: {interceptors: {request: ./file.ts#function}}`, or let the document's x-portico say `foreignInterceptors: ignore`.",
    ],
  ],
  [
    "a Ballerina interceptor that is ignored",
    "document",
    "x-portico: {foreignInterceptors: ignore}\nx-wso2-response-interceptor: shorten\n",
    [
      "2:1 warning InterceptorNotCarried: `x-wso2-response-interceptor` names code of another product, which cannot run here. It is left out, as it is to be.",
    ],
  ],
  [
    "a key without a prefix that is nearly one of WSO2's, which may be another tool's",
    "operation",
    "operation:\n  x-auth-typ: None\n",
    ["2:3 warning UnknownField: `x-auth-typ` is not read. If it is to be WSO2's, write `x-auth-type`."],
  ],
  [
    "numbers in a text of which one is none",
    "document",
    'x-wso2-production-endpoints: {urls: [https://a.example], advanceEndpointConfig: {retryConfig: {statusCodes: "502,abc"}}}\n',
    ["1:96 error WrongType: `statusCodes` takes numbers with commas between them. Write numbers with commas between them."],
  ],
  [
    "the mode Serverless",
    "document",
    "x-wso2-mode: Serverless\n",
    ["1:1 error WrongValue: The mode Serverless cannot be carried over. Write `shared`, `privateJet` or `sidecar`."],
  ],
  [
    "two spellings that differ",
    "operation",
    "operation:\n  x-throttling-tier: Gold\n  x-wso2-throttling-tier: Silver\n",
    ["2:3 error WrongValue: This key says something else than the one at line 3. Keep one of them."],
  ],
  [
    "an unknown kind of credential",
    "document",
    "x-wso2-application-security: {security-types: [basic]}\n",
    ["1:48 error WrongValue: `security-types` takes one of `basic_auth`, `api_key`, `oauth2`, not `basic`. Write one of them."],
  ],
];

describe("what cannot be translated is a Problem at its key", () => {
  for (const [what, level, text, expected] of bad) it(what, () => assert.deepEqual(problemsIn(level, text), expected));
});

describe("the table", () => {
  it("has a case for every key", () => {
    const shown = new Set([...cases.map(([key]) => key), "x-wso2-request-interceptor", "x-wso2-response-interceptor"]);
    for (const row of table)
      assert.ok(
        [row.key, ...row.older].some((key) => shown.has(key)),
        row.key,
      );
  });

  it("has each spelling once", () => {
    const spellings = table.flatMap((row) => [row.key, ...row.older]);
    assert.equal(new Set(spellings).size, spellings.length);
  });
});
