import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { division } from "../src/api/enforced.ts";
import { gatewayManifest } from "../src/compile/manifest.ts";
import { caseValues, compileCase, type GoldenCase, resolveCase } from "../testing/golden-case.ts";

const settings: GoldenCase["settings"] = { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] };

const jwks = (): string => JSON.stringify({ keys: [generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" })] });
const [oneSet, otherSet] = [jwks(), jwks()];
const pem = (name: string): string => readFileSync(new URL(`fixtures/certificates/${name}.pem`, import.meta.url), "utf8");
const object = (kind: "Secret" | "ConfigMap", name: string, entries: object) => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  [kind === "Secret" ? "stringData" : "data"]: entries,
});
const certificate = (name: string): string => (name === "one" ? oneSet : otherSet);
const environment = [
  object("Secret", "a", { alice: "key-of-alice" }),
  object("Secret", "b", { bob: "key-of-bob" }),
  object("Secret", "users", { htpasswd: "alice:{SHA}NWoZK3kTsExUV00Ywo1G5jlUKKs=", others: "bob:{SHA}NWoZK3kTsExUV00Ywo1G5jlUKKs=" }),
  object("Secret", "more-users", { htpasswd: "carol:{SHA}NWoZK3kTsExUV00Ywo1G5jlUKKs=" }),
  object("Secret", "client", { username: "gateway", password: "one" }),
  object("Secret", "other-client", { username: "gateway", password: "other" }),
  object("Secret", "authorities", { "ca.crt": pem("localhost"), other: pem("other") }),
  object("Secret", "other-authorities", { "ca.crt": pem("other") }),
  ...(["Secret", "ConfigMap"] as const).flatMap((kind) => [
    object(kind, "sets", { one: oneSet, other: otherSet }),
    object(kind, "one", { only: certificate("one") }),
    object(kind, "other", { only: certificate("other") }),
  ]),
];

/** Only who serves TLS asks for certificates. */
const tls = { certificate: "tls/tls.crt", key: "tls/tls.key" };

/** Everything that somebody could tell the difference by: the gateway's files and its manifest, or the Problems. */
function outcome(spec: object): string {
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    security: [{ guard: [] }],
    paths: { "/pets": { get: {} } },
  };
  const security = { apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name: "guard" }, spec };
  const input = [document, security, ...environment].map((one) => JSON.stringify(one)).join("\n---\n");
  const apis = resolveCase({ input, settings });
  if (!apis.ok) return JSON.stringify(apis.problems);
  const files = compileCase(apis.value, settings, { port: 8080, monitoring: 8081, values: caseValues({ input }), tls });
  const manifest = gatewayManifest(
    apis.value.map(({ model }) => ({ model, published: "" })),
    "envoy",
  );
  return JSON.stringify([[...files], manifest, apis.problems]);
}

const issuer = (fields: object): object => ({ issuer: "https://issuer.test", jwks: { inline: oneSet }, ...fields });
const withKeys = (keys: object): object => ({ issuers: [issuer({ jwks: keys })] });
const claim = (fields: object): object => ({ claims: [{ claim: "team", ...fields }] });
const locations = (...list: readonly object[]): object => ({ locations: list });

const places: Readonly<Record<string, readonly [object, object]>> = {
  "locations[].header": [locations({ header: "x-a" }), locations({ header: "x-b" })],
  "locations[].query": [locations({ query: "a" }), locations({ query: "b" })],
  "locations[].cookie": [locations({ cookie: "a" }), locations({ cookie: "b" })],
  "locations[].prefix": [locations({ header: "x-a", prefix: "A " }), locations({ header: "x-a", prefix: "B " })],
};

/** Two values of each field of signed tokens. */
const ofTokens: Readonly<Record<string, readonly [object, object]>> = {
  "issuers[].issuer": [{ issuers: [issuer({})] }, { issuers: [issuer({ issuer: "https://other.test" })] }],
  "issuers[].audiences[]": [{ issuers: [issuer({ audiences: ["a"] })] }, { issuers: [issuer({ audiences: ["b"] })] }],
  "issuers[].jwks.url": [withKeys({ url: "https://a.test/keys" }), withKeys({ url: "https://b.test/keys" })],
  "issuers[].jwks.inline": [withKeys({ inline: oneSet }), withKeys({ inline: otherSet })],
  "issuers[].jwks.secret.name": [withKeys({ secret: { name: "one" } }), withKeys({ secret: { name: "other" } })],
  "issuers[].jwks.secret.key": [withKeys({ secret: { name: "sets", key: "one" } }), withKeys({ secret: { name: "sets", key: "other" } })],
  "issuers[].jwks.configMap.name": [withKeys({ configMap: { name: "one" } }), withKeys({ configMap: { name: "other" } })],
  "issuers[].jwks.configMap.key": [
    withKeys({ configMap: { name: "sets", key: "one" } }),
    withKeys({ configMap: { name: "sets", key: "other" } }),
  ],
  "audiences[]": [{ audiences: ["a"] }, { audiences: ["b"] }],
  "algorithms[]": [{ algorithms: ["RS256"] }, { algorithms: ["ES256"] }],
  "claims[].claim": [{ claims: [{ claim: "a", equals: "x" }] }, { claims: [{ claim: "b", equals: "x" }] }],
  "claims[].equals": [claim({ equals: "a" }), claim({ equals: "b" })],
  "claims[].oneOf[]": [claim({ oneOf: ["a", "b"] }), claim({ oneOf: ["a", "c"] })],
  "claims[].contains": [claim({ contains: "a" }), claim({ contains: "b" })],
  scopeClaim: [{ scopeClaim: "roles" }, { scopeClaim: "groups" }],
  clockSkew: [{ clockSkew: "5s" }, { clockSkew: "10s" }],
  maxLifetime: [{ maxLifetime: "5m" }, { maxLifetime: "10m" }],
  forward: [{ forward: true }, { forward: false }],
  "claimsToHeaders[].claim": [
    { claimsToHeaders: [{ claim: "sub", header: "x-user" }] },
    { claimsToHeaders: [{ claim: "email", header: "x-user" }] },
  ],
  "claimsToHeaders[].header": [
    { claimsToHeaders: [{ claim: "sub", header: "x-user" }] },
    { claimsToHeaders: [{ claim: "sub", header: "x-subject" }] },
  ],
  cache: [{ cache: true }, { cache: false }],
  ...places,
};

const ofKeys: Readonly<Record<string, readonly [object, object]>> = {
  "keys.name": [{ keys: { name: "a" } }, { keys: { name: "b" } }],
  clientHeader: [{ clientHeader: "x-client" }, { clientHeader: "x-caller" }],
  forward: [{ forward: true }, { forward: false }],
  ...places,
};

const ofOauth2: Readonly<Record<string, readonly [object, object]>> = {
  introspectionUrl: [{ introspectionUrl: "https://a.test/ask" }, { introspectionUrl: "https://b.test/ask" }],
  "client.name": [{ client: { name: "client" } }, { client: { name: "other-client" } }],
  "audiences[]": [{ audiences: ["a"] }, { audiences: ["b"] }],
  timeout: [{ timeout: "1s" }, { timeout: "2s" }],
  cacheFor: [{ cacheFor: "1s" }, { cacheFor: "2s" }],
  forward: [{ forward: true }, { forward: false }],
  "trust.name": [{ trust: { name: "authorities" } }, { trust: { name: "other-authorities" } }],
  "trust.key": [{ trust: { name: "authorities" } }, { trust: { name: "authorities", key: "other" } }],
  insecureSkipVerify: [{ insecureSkipVerify: true }, { insecureSkipVerify: false }],
  "claims[].claim": [{ claims: [{ claim: "a", equals: "x" }] }, { claims: [{ claim: "b", equals: "x" }] }],
  "claims[].equals": [claim({ equals: "a" }), claim({ equals: "b" })],
  "claims[].oneOf[]": [claim({ oneOf: ["a", "b"] }), claim({ oneOf: ["a", "c"] })],
  "claims[].contains": [claim({ contains: "a" }), claim({ contains: "b" })],
  ...places,
};

const ofBasic: Readonly<Record<string, readonly [object, object]>> = {
  "users.name": [{ users: { name: "users" } }, { users: { name: "more-users" } }],
  "users.key": [{ users: { name: "users" } }, { users: { name: "users", key: "others" } }],
  realm: [{ realm: "a" }, { realm: "b" }],
  forward: [{ forward: true }, { forward: false }],
  userHeader: [{ userHeader: "x-a" }, { userHeader: "x-b" }],
};

const subject = (fields: object): object => ({ subjects: [{ type: "dns", value: "a.test", ...fields }] });

const ofMtls: Readonly<Record<string, readonly [object, object]>> = {
  "trust.name": [{ trust: { name: "authorities" } }, { trust: { name: "other-authorities" } }],
  "trust.key": [{ trust: { name: "authorities" } }, { trust: { name: "authorities", key: "other" } }],
  mode: [{ mode: "mandatory" }, { mode: "optional" }],
  "subjects[].type": [subject({}), subject({ type: "uri" })],
  "subjects[].value": [subject({}), subject({ value: "b.test" })],
  "subjects[].prefix": [subject({}), subject({ prefix: true })],
  identityHeader: [{ identityHeader: "x-a" }, { identityHeader: "x-b" }],
};

const ofAuthorizer: Readonly<Record<string, readonly [object, object]>> = {
  url: [{ url: "http://a.test" }, { url: "http://b.test" }],
  protocol: [{ protocol: "http" }, { protocol: "grpc" }],
  timeout: [{ timeout: "1s" }, { timeout: "2s" }],
  "sendHeaders[]": [{ sendHeaders: ["x-a"] }, { sendHeaders: ["x-b"] }],
};

const jwt = (fields: object): object => ({ issuers: [issuer({})], ...fields });
const tokenSpec = (fields: object, more: object = {}): object => ({ type: "jwt", jwt: jwt(fields), ...more });
const keySpec = (fields: object, more: object = {}): object => ({
  type: "apiKey",
  apiKey: { keys: { name: "a" }, locations: [{ header: "x-key" }], ...fields },
  ...more,
});

function pairOf(path: string): readonly [object, object] {
  const [kind = "", ...rest] = path.split(".");
  const of = (pairs: typeof ofKeys, field: string, spec: (fields: object) => object): readonly [object, object] => {
    const [one, other] = pairs[field] ?? assert.fail(`a pair of values is missing for ${path}`);
    return [spec(one), spec(other)];
  };
  if (path.startsWith("apiKey.signed.")) return of(ofTokens, rest.slice(1).join("."), (fields) => keySpec({ signed: jwt(fields) }));
  if (kind === "jwt") return of(ofTokens, rest.join("."), (fields) => tokenSpec(fields));
  if (kind === "apiKey") return of(ofKeys, rest.join("."), (fields) => keySpec(fields));
  const spec = (type: string, needed: object) => (fields: object) => ({ type, [type]: { ...needed, ...fields } });
  const opaque = { introspectionUrl: "https://issuer.test/ask", client: { name: "client" } };
  if (kind === "oauth2") return of(ofOauth2, rest.join("."), spec("oauth2", opaque));
  if (kind === "basic") return of(ofBasic, rest.join("."), spec("basic", { users: { name: "users" } }));
  if (kind === "mtls") return of(ofMtls, rest.join("."), spec("mtls", { trust: { name: "authorities" } }));
  if (kind === "authorizer") return of(ofAuthorizer, rest.join("."), spec("authorizer", { url: "http://own.test" }));
  const whole: Readonly<Record<string, readonly [object, object]>> = {
    type: [tokenSpec({}), keySpec({})],
    "scopes[]": [tokenSpec({}, { scopes: ["a"] }), tokenSpec({}, { scopes: ["b"] })],
    "blockedClients[]": [tokenSpec({}, { blockedClients: ["a"] }), tokenSpec({}, { blockedClients: ["b"] })],
  };
  return whole[path] ?? assert.fail(`a pair of values is missing for ${path}`);
}

/** Where keys are besides a text and an object is shown by tests of their own: a file, and a certificate. */
const elsewhere = /jwks\.(file|certificate)/;

describe("a field of a Security that is enforced makes a difference", () => {
  for (const path of division.Security.enforced.filter((one) => !elsewhere.test(one))) {
    it(path, () => {
      const [one, other] = pairOf(path);
      assert.ok(outcome(one) !== outcome(other), "the outcome is the same");
    });
  }
});
