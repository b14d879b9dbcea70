import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, it } from "node:test";
import type { GatewayFiles } from "../../src/compile/engine.ts";
import { countedTogether, mostAddressLists, paces } from "../../src/model/limit.ts";
import { send } from "../../testing/raw-request.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { rateLimiting } from "../limits/limited-gateway.ts";
import { refusingService } from "../limits/refusing-service.ts";
import { bearer, guarded, keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

// Whether tests like those beside this one would notice that a filter is not there: with each one taken out of the compiled files, some probe must end otherwise.

const issuer = tokenIssuer();
const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`alice:${password}`).toString("base64")}` });
const everywhere = { deny: ["127.0.0.0/8"] };

/** Each has this machine in it; which of the limits counts says a header. */
const lists = Array.from({ length: mostAddressLists }, (_, index) => `127.0.0.0/${8 + index}`);
const once = { requests: 1, unit: "hour", scope: "local" };
/** Of each kind and pace. */
const locally = countedTogether.flatMap((type) =>
  paces.map(
    (pace, index) =>
      [
        `${type}.${pace}`,
        { ...once, type, ...[{ unit: "second", unitCount: 59 }, { unit: "minute" }, {}, { unit: "day" }][index] },
      ] as const,
  ),
);
const globally = countedTogether.flatMap((type) =>
  (["open", "closed"] as const).map((onFailure) => [`global.${type}.${onFailure}`, { type, onFailure, scope: "global" }] as const),
);

const document = {
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Api-Key" } } },
  paths: {
    "/open": { ...guarded(), "x-portico": { cors: { origins: ["https://shop.example"] } } },
    "/token": guarded({ user: ["read"] }),
    "/key": guarded({ key: [] }),
    "/both": guarded({ user: ["read"], key: [] }),
    "/staff": guarded({ staff: [] }),
    "/near": { ...guarded(), "x-portico": { addresses: everywhere } },
    ...Object.fromEntries([...locally, ...globally].map(([name]) => [`/${name}`, { ...guarded(), "x-portico": { rateLimit: name } }])),
    "/marked": { ...guarded(), "x-portico": { rateLimit: "marked" } },
    "/large": { ...guarded(), "x-portico": { compression: true } },
    "/body": { post: { security: [], responses: {}, "x-portico": { maxBody: "1" } } },
    "/query": { ...guarded(), "x-portico": { rewrite: { query: { remove: ["a"] } } } },
    "/valid": {
      get: {
        security: [],
        parameters: [{ name: "limit", in: "query", schema: { type: "integer" } }],
        responses: {},
        "x-portico": { validation: { request: "enforce" } },
      },
    },
    "/answered": {
      get: {
        security: [],
        responses: { 200: { description: "ok", content: { "text/html": {} } } },
        "x-portico": { validation: { response: "enforce" } },
      },
    },
    "/shown": { ...guarded(), "x-portico": { interceptors: { request: "./look.ts" } } },
    "/faulty": { ...guarded(), "x-portico": { fault: { status: 418 } } },
    "/sandboxed": {
      ...guarded(),
      "x-portico": { sandbox: { url: "http://127.0.0.1:1" }, sandboxWhen: { header: "x-try", value: "yes" } },
    },
    "/listed": { ...guarded(), "x-portico": { rateLimit: lists.map((_, index) => `listed-${index}`) } },
  },
};

const resources = [
  { kind: "Code", files: { "look.ts": 'export default (request: Request) => request.headers.set("x-shown", "yes");' } },
  tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }, { blockedClients: ["mallory"] }),
  ...keySecurity("key", { dave: "key-of-dave" }, { clientHeader: "x-client" }),
  security("staff", { type: "basic", basic: { users: { name: "users" } } }),
  ...locally.map(([name, spec]) => rateLimiting(name, spec)),
  ...globally.map(([name, spec]) => rateLimiting(name, { requests: 1, ...spec })),
  rateLimiting("marked", { type: "operation", ...once, onExcess: "mark" }),
  ...lists.map((range, index) =>
    rateLimiting(`listed-${index}`, {
      type: "operation",
      ...once,
      conditions: [{ addresses: [range] }, { header: { name: "x-list", value: String(index) } }],
    }),
  ),
  secret("users", { htpasswd: `alice:{SHA}${createHash("sha1").update("a").digest("base64")}` }),
];

/** A request, the status that it ends with, and what must hold of the answer or of what the backend got. */
type Probe = readonly [
  target: string,
  headers: Readonly<Record<string, string>>,
  status: number,
  /** A header, or `:path` for what the backend was asked for. */
  seen?: readonly [name: string, value: string | undefined] | undefined,
  body?: string,
];
const probes: readonly Probe[] = [
  ["OPTIONS /open", { origin: "https://shop.example", "access-control-request-method": "GET" }, 200, ["x-request-id", "there"]],
  ["/open", { "x-client": "mallory" }, 200, ["x-client", undefined]],
  ["/open", { origin: "https://shop.example" }, 200, ["access-control-allow-origin", "https://shop.example"]],
  ["/token", bearer(issuer.token({ claims: { scope: "read" } })), 200],
  ["/token", bearer(issuer.token()), 403],
  ["/token", bearer(issuer.token({ claims: { scope: "read", azp: "mallory" } })), 403],
  ["/token", {}, 401, ["portico-refusal", undefined]],
  ["/key", { "x-api-key": "key-of-dave" }, 200, ["x-client", "dave"]],
  ["/key", { "x-api-key": "wrong" }, 401],
  ["/both", { ...bearer(issuer.token()), "x-api-key": "key-of-dave" }, 403],
  ["/staff", basic("a"), 200],
  ["/staff", basic("b"), 401],
  ["/near", {}, 403],
  ["/open", { "x-original-url": "/key" }, 200, ["x-original-url", undefined]],
  ["/key", { "x-api-key": "key-of-dave" }, 200, ["x-api-key", undefined]],
  ...locally.flatMap(([name]): readonly Probe[] => [
    [`/${name}`, {}, 200],
    [`/${name}`, {}, 429],
  ]),
  ...globally.map(([name]): Probe => [`/${name}`, {}, 429]),
  ...["br", "gzip"].map(
    (kind): Probe => ["/large", { "accept-encoding": kind, "x-large": "x".repeat(1000) }, 200, ["content-encoding", kind]],
  ),
  ["/faulty", {}, 418],
  ["/valid?limit=x", {}, 400],
  ["/shown", {}, 200, ["x-shown", "yes"]],
  ["/answered", {}, 502],
  ["POST /body", { "transfer-encoding": "chunked" }, 413, undefined, "ab"],
  ["/query?a=1", {}, 200, [":path", "/query"]],
  ["/sandboxed", {}, 200],
  ["/sandboxed", { "x-try": "yes" }, 502],
  ["/marked", {}, 200, ["portico-over-limit", undefined]],
  ["/marked", {}, 200, ["portico-over-limit", "true"]],
  ...lists.flatMap((_, index): readonly Probe[] => [
    ["/listed", { "x-list": String(index) }, 200],
    ["/listed", { "x-list": String(index) }, 429],
  ]),
];

/** A request's id is another one each time. */
const outcome = (status: number, seen: Probe[3]): string =>
  seen === undefined ? String(status) : `${status} ${seen[0] === "x-request-id" && seen[1] !== undefined ? "there" : seen[1]}`;

/** What probes end with. */
async function outcomes(scope: Scope, mutated: (files: GatewayFiles) => GatewayFiles): Promise<readonly string[]> {
  const gateway = await protectedGateway(scope, document, resources, { mutated, limitsService: await refusingService(scope) });
  const found: string[] = [];
  for (const [target, headers, , seen, body] of probes) {
    const before = gateway.backend.received.length;
    const answer = await send(gateway.port, { send: target.startsWith("/") ? `GET ${target}` : target, headers, body });
    const received = gateway.backend.received[before];
    const value = seen && (seen[0] === ":path" ? received?.path : (answer.headers[seen[0]] ?? received?.headers[seen[0]]));
    found.push(outcome(answer.status, seen && [seen[0], value?.toString()]));
  }
  return found;
}

type Change = (key: string, value: unknown) => unknown;

const changed =
  (change: Change) =>
  (files: GatewayFiles): GatewayFiles =>
    new Map([...files].map(([path, text]) => [path, path.endsWith(".json") ? JSON.stringify(JSON.parse(text, change)) : text] as const));

const nameOf = (one: unknown): unknown => (typeof one === "object" && one !== null && "name" in one ? one.name : undefined);

/** A filter goes from chains, and from what routes say to it. */
const withoutFilter =
  (filter: string): Change =>
  (key, value) => {
    if (key === "http_filters" && Array.isArray(value)) return value.filter((one) => nameOf(one) !== filter);
    if (key !== "typed_per_filter_config" || typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).filter(([name]) => name !== filter));
  };

const withoutField =
  (field: string): Change =>
  (key, value) =>
    key === field ? undefined : value;

const filters = [
  ...["envoy.filters.http.header_mutation", "envoy.filters.http.cors"],
  ...[
    "refusal",
    "addresses",
    "tokens",
    "blocked",
    "keys",
    "agent",
    "authenticated",
    "authorized",
    "sandbox",
    "sandbox.route",
    "fault",
    "compression.br",
    "compression.gzip",
    "body",
    "query",
    "validation",
    "responses",
    "interceptors",
  ].map((name) => `portico.${name}`),
  ...[...[...locally, ...globally].map(([name]) => name), "marking", ...lists.map((_, index) => `addresses.${index}`)].map(
    (name) => `portico.limits.${name}`,
  ),
];
/** These refuse nothing: what they report is seen where validation is tested. */
const reporting = ["portico.validation-report", "portico.responses-report"];
/** A whole document says it. */
const transport = "portico.transport";
const fields = ["early_header_mutation_extensions", "request_headers_to_remove", "local_reply_config"];
const mutations: readonly (readonly [what: string, change: Change])[] = [
  ...filters.map((filter) => [filter, withoutFilter(filter)] as const),
  ...fields.map((field) => [field, withoutField(field)] as const),
];

describe("without a filter", { timeout: 480_000 }, () => {
  const scope = suiteScope();
  const expected = probes.map(([, , status, seen]) => outcome(status, seen));
  let names: readonly string[] = [];
  before(async () => {
    const whole = changed((key, value) => {
      const chain = key === "http_filters" && Array.isArray(value) ? value.map(nameOf).map(String) : [];
      if (chain.includes("portico.authorized")) names = chain.filter((name) => name !== "envoy.filters.http.router");
      return value;
    });
    assert.deepEqual(await outcomes(scope, whole), expected, "all filters are there");
  });

  it("every filter is tried", () => assert.deepEqual([...new Set(names)].toSorted(), [...filters, ...reporting, transport].toSorted()));

  it(`some request ends otherwise: ${transport}`, async (t) => {
    const found: number[] = [];
    for (const mutated of [changed((_, value) => value), changed(withoutFilter(transport))]) {
      const paths = { "/pets": guarded() };
      const gateway = await protectedGateway(t, { paths, "x-portico": { transports: ["https"] } }, [], { mutated });
      found.push((await gateway.get("/pets")).status);
    }
    assert.deepEqual(found, [403, 200]);
  });

  for (const [what, change] of mutations)
    it(`some request ends otherwise: ${what}`, async (t) => {
      const found = await outcomes(t, changed(change));
      const otherwise = probes.flatMap(([target], index) =>
        found[index] === expected[index] ? [] : [`${target}: ${found[index]}, not ${expected[index]}`],
      );
      t.diagnostic(otherwise.join("; "));
      assert.notDeepEqual(otherwise, []);
    });
});
