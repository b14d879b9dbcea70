import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { validateConfiguration } from "../../src/apply/envoy/validate.ts";
import { writeAtomically } from "../../src/apply/run-folder.ts";
import { testEnvoy } from "../../testing/envoy.ts";
import { caseValues, compileCase, resolveCase } from "../../testing/golden-case.ts";
import { temporaryFolder } from "../../testing/portico.ts";
import { secret } from "../security/protected-gateway.ts";
import { sentTo, targetEndpoint } from "./served.ts";

const settings = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;

const some = <T extends object>(fields: { [Name in keyof T]: fc.Arbitrary<T[Name]> }) => fc.record(fields, { requiredKeys: [] });
const time = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom("1ms", "1s", "10s") },
  { weight: 1, arbitrary: fc.constantFrom("0s", "99999h", "99999h99999h99999h99999h") },
);
const count = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(1, 2, 100) },
  { weight: 1, arbitrary: fc.constantFrom(0, 2_147_483_647, 2_147_483_648, 4_294_967_296) },
);
const percent = fc.constantFrom(0, 1, 50, 100);
const statuses = fc.uniqueArray(fc.constantFrom(100, 200, 404, 500, 503, 599), { minLength: 1 });
const size = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom("1", "1Mi", "48Mi") },
  { weight: 1, arbitrary: fc.constantFrom("3Gi", "5Gi", "9223372036854775807") },
);
const text = fc.oneof(
  fc.constantFrom("a", "x-a", "%REQ(x)%", " ", '"', "é", "\n", "😀"),
  fc.string({ minLength: 1, maxLength: 8, unit: "binary" }),
);

const name = fc.oneof({ weight: 30, arbitrary: fc.constantFrom("x-a", "X-B", "a!#$", "cookie") }, { weight: 1, arbitrary: text });

const care = {
  retry: fc.record(
    {
      attempts: fc.constantFrom(0, 1, 10),
      ...{ statuses, methods: fc.constantFrom(["GET"], ["POST", "QUERY"]), perTryTimeout: time, backoff: time, maxBackoff: time },
      budgetPercent: percent,
    },
    { requiredKeys: ["attempts"] },
  ),
  loadBalancing: fc.oneof(
    fc.record({ policy: fc.constantFrom("roundRobin", "leastRequest", "random") }),
    fc.record({
      policy: fc.constant("ringHash"),
      hash: fc.oneof(fc.record({ header: name }), fc.record({ cookie: text }), fc.constant({ address: true })),
    }),
  ),
  circuitBreaker: some({
    ...{ maxConnections: count, maxPendingRequests: count, maxRequests: count },
    window: fc.record(
      { duration: time, minRequests: count, failurePercent: percent, statuses, resetAfter: time },
      { requiredKeys: ["duration", "failurePercent"] },
    ),
  }),
  connectionPool: some({ maxConnections: count, maxStreamsPerConnection: count, maxRequestsPerConnection: count }),
  healthCheck: some({
    active: fc.record(
      {
        path: fc.constantFrom("/", "/health?a=%20"),
        interval: time,
        timeout: time,
        healthyThreshold: count,
        unhealthyThreshold: count,
        statuses,
      },
      { requiredKeys: ["path"] },
    ),
    ejection: some({ consecutiveErrors: count, interval: time, ejectionTime: time, maxEjectedPercent: percent }),
  }),
  ...{ timeout: time, connectTimeout: time, idleTimeout: time },
};
const url = fc.constantFrom("http://a.test", "http://a.test:1/x%20y", "http://[2001:db8::1]:65535", "http://192.0.2.1/%");
const backend = fc
  .tuple(
    fc.oneof(
      fc.record({ url }),
      fc.record({ urls: fc.constant(["http://a.test", "http://b.test:81"]), failover: fc.boolean() }),
      fc.record({
        targets: fc.array(fc.record({ url, weight: fc.constantFrom(0, 1, 1_000_000), group: fc.constantFrom(0, 7, 15) }), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
    ),
    some({ ...care, protocol: fc.constantFrom("http", "h2c", "grpc") }),
  )
  .map(([where, how]) => ({ ...where, ...how }));
const secure = some({
  tls: some({
    trust: fc.constant({ secret: { name: "authority" } }),
    serverName: fc.constantFrom("a.test", "*.a.test"),
    insecureSkipVerify: fc.boolean(),
  }),
  credentials: fc.oneof(
    fc.constant({ basic: { name: "user" } }),
    fc.record({ header: fc.record({ name, secret: fc.constant({ name: "user", key: "username" }) }) }),
  ),
  ...{ protocol: fc.constantFrom("https", "http2", "grpc"), timeout: time },
}).map((how) => ({ url: "https://a.test", ...how }));

const headers = some({
  remove: fc.uniqueArray(name, { maxLength: 2 }),
  set: fc.dictionary(name, text, { maxKeys: 2 }),
  add: fc.dictionary(fc.constantFrom("x-b", "X-C", "set-cookie"), text, { maxKeys: 2 }),
});
const operation = some({
  ...{
    timeout: time,
    retry: care.retry.map(({ budgetPercent: _, ...rest }) => rest),
    requestHeaders: headers,
    responseHeaders: headers,
    maxBody: size,
    streaming: fc.constantFrom(false, false, true),
  },
  ...{
    compression: fc.boolean(),
    cache: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: some({ maxAge: time }) }),
    webSocket: fc.boolean(),
  },
  validation: some({
    request: fc.constantFrom("off", "report", "enforce"),
    response: fc.constantFrom("off", "report", "enforce"),
    maxBody: size,
  }),
  maintenance: fc.oneof(fc.boolean(), some({ message: text, retryAfter: time })),
  fault: some({ delay: time, status: fc.constantFrom(400, 503, 599), percent }),
  rewrite: some({
    path: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom("/x", "/x%20y?", "/%25/$1") },
      { weight: 1, arbitrary: text.map((rest) => `/${rest}`) },
    ),
    query: some({ remove: fc.uniqueArray(text, { maxLength: 2 }), set: fc.dictionary(text, text, { maxKeys: 2 }) }),
  }),
  mirror: fc.record({ url: fc.constant("http://m.test"), percent }),
  cors: fc.record(
    {
      origins: fc.constantFrom(["*"], ["https://a.test"], ["https://*.a.test"]),
      methods: fc.constantFrom(["GET"], ["*"]),
      headers: fc.constantFrom(["x-a"], ["*"]),
      credentials: fc.constantFrom(false, false, true),
      maxAge: time,
    },
    { requiredKeys: ["origins"] },
  ),
  deprecation: fc.constantFrom("2027-01-31"),
  sunset: fc.constantFrom("2027-02-28"),
});

const authority = secret("authority", { "ca.crt": "none" });
const user = secret("user", { username: "a", password: 'b%"\\' });

/** Whether what was said could be served; where it could, it has to be taken. */
async function taken(input: string, folder: string): Promise<boolean> {
  const apis = resolveCase({ input, settings: { ...settings, requests: [] } });
  if (!apis.ok) return false;
  const files = compileCase(apis.value, { ...settings, requests: [] }, { port: 18080, monitoring: 18081, values: caseValues({ input }) });
  for (const [path, file] of files) await writeAtomically(join(folder, path), file);
  const valid = await validateConfiguration(await testEnvoy(), folder);
  assert.ok(valid.ok, `${valid.problems.map(({ message }) => message).join("\n")}\n${input}`);
  return true;
}

describe("what is said and found in order", () => {
  const documentOf = (paths: object): object => ({ openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" }, paths });
  const inputOf = (...objects: readonly object[]): string => objects.map((object) => JSON.stringify(object)).join("\n---\n");

  it("of a backend is taken by Envoy", { timeout: 300_000 }, async (t) => {
    const folder = await temporaryFolder(t);
    let count = 0;
    const law = fc.asyncProperty(backend, secure, backend, async (one, other, own) => {
      const { targets: _, ...inline }: Record<string, unknown> = own;
      const document = documentOf({
        "/one": sentTo("one"),
        "/other": sentTo("other"),
        "/own": sentTo("one", { backend: { url: "http://c.test", ...inline, urls: undefined } }),
      });
      const input = inputOf(document, targetEndpoint("one", one), targetEndpoint("other", other), authority, user);
      count += Number(await taken(input, folder));
    });
    await fc.assert(law, { numRuns: 100 });
    assert.ok(count > 10, `of a hundred ${count} were in order`);
  });

  it("of an operation is taken by Envoy", { timeout: 300_000 }, async (t) => {
    const folder = await temporaryFolder(t);
    let count = 0;
    const law = fc.asyncProperty(operation, operation, async (one, other) => {
      const pathOf = (more: object): object => ({ get: { security: [], responses: {}, "x-portico": { backend: "one", ...more } } });
      const document = documentOf({ "/one": pathOf(one), "/other": pathOf(other) });
      count += Number(await taken(inputOf(document, targetEndpoint("one", { url: "http://a.test" })), folder));
    });
    await fc.assert(law, { numRuns: 100 });
    assert.ok(count > 10, `of a hundred ${count} were in order`);
  });
});
