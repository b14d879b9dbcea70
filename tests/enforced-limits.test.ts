import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { division } from "../src/api/enforced.ts";
import { gatewayManifest } from "../src/compile/manifest.ts";
import { compileCase, type GoldenCase, resolveCase } from "../testing/golden-case.ts";

const settings: GoldenCase["settings"] = { mock: true, credentials: "refuse", debug: false, trustedHops: 0, requests: [] };

const issuer = {
  issuer: "https://issuer.test",
  jwks: { inline: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' },
};
const token = {
  apiVersion: "portico.dev/v1alpha1",
  kind: "Security",
  metadata: { name: "token" },
  spec: { type: "jwt", jwt: { issuers: [issuer] } },
};
const key = {
  apiVersion: "portico.dev/v1alpha1",
  kind: "Security",
  metadata: { name: "key" },
  spec: { type: "apiKey", apiKey: { keys: { name: "clients" }, locations: [{ header: "x-key" }] } },
};
const document = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  paths: { "/pets": { get: { security: [{ token: [] }, { key: [] }], responses: { 200: { description: "ok" } } } } },
  "x-portico": { rateLimit: "few" },
};

/** Everything that somebody could tell the difference by: the gateway's files and its manifest, or the Problems. */
function outcome(fields: object): string {
  const spec = { type: "operation", requests: 2, unit: "minute", ...fields };
  const limit = { apiVersion: "portico.dev/v1alpha1", kind: "RateLimiting", metadata: { name: "few" }, spec };
  const apis = resolveCase({ input: [document, token, key, limit].map((one) => JSON.stringify(one)).join("\n---\n"), settings });
  if (!apis.ok) return JSON.stringify(apis.problems);
  const models = apis.value.map(({ model }) => ({ model, published: "" }));
  return JSON.stringify([[...compileCase(apis.value, settings, { port: 8080, monitoring: 8081 })], gatewayManifest(models, "envoy")]);
}

const [header, query, claim] = [
  { name: "a", value: "1" },
  { name: "a", value: "1" },
  { name: "a", value: "1" },
];
const when = (condition: object): object => ({ conditions: [condition] });

/** Two values of each field of a RateLimiting that is enforced. */
const pairs: Readonly<Record<string, readonly [object, object]>> = {
  type: [{ type: "operation" }, { type: "api" }],
  requests: [{ requests: 2 }, { requests: 3 }],
  bandwidth: [
    { requests: undefined, bandwidth: "1Mi" },
    { requests: undefined, bandwidth: "2Mi" },
  ],
  bandwidthOf: [
    { requests: undefined, bandwidth: "1Mi", bandwidthOf: "request" },
    { requests: undefined, bandwidth: "1Mi", bandwidthOf: "response" },
  ],
  onFailure: [
    { scope: "global", onFailure: "open" },
    { scope: "global", onFailure: "closed" },
  ],
  unit: [{ unit: "second" }, { unit: "minute" }],
  unitCount: [{ unitCount: 1 }, { unitCount: 2 }],
  burst: [{ burst: 1 }, { burst: 2 }],
  match: [
    { conditions: [{ header }, { query }], match: "all" },
    { conditions: [{ header }, { query }], match: "any" },
  ],
  "key.by": [{ key: { by: "address" } }, { key: { by: "client" } }],
  "key.name": [{ key: { by: "header", name: "a" } }, { key: { by: "header", name: "b" } }],
  scope: [{ unit: "day" }, { unit: "day", scope: "local" }],
  onExcess: [{ onExcess: "refuse" }, { onExcess: "mark" }],
  "conditions[].header.name": [when({ header }), when({ header: { ...header, name: "b" } })],
  "conditions[].header.value": [when({ header }), when({ header: { ...header, value: "2" } })],
  "conditions[].header.pattern": [when({ header: { name: "a" } }), when({ header: { name: "a", pattern: "b+" } })],
  "conditions[].query.name": [when({ query }), when({ query: { ...query, name: "b" } })],
  "conditions[].query.value": [when({ query }), when({ query: { ...query, value: "2" } })],
  "conditions[].query.pattern": [when({ query: { name: "a" } }), when({ query: { name: "a", pattern: "b+" } })],
  "conditions[].claim.name": [when({ claim }), when({ claim: { ...claim, name: "b" } })],
  "conditions[].claim.pattern": [when({ claim: { name: "a", pattern: "1.*" } }), when({ claim: { name: "a", pattern: "2.*" } })],
  "conditions[].tier": [when({ tier: "gold" }), when({ tier: "silver" })],
  "conditions[].claim.value": [when({ claim }), when({ claim: { ...claim, value: "2" } })],
  "conditions[].addresses[]": [when({ addresses: ["10.0.0.1"] }), when({ addresses: ["10.0.0.2"] })],
  "conditions[].not": [when({ header, not: false }), when({ header, not: true })],
};

describe("a field of a RateLimiting that is enforced makes a difference", () => {
  for (const path of division.RateLimiting.enforced) {
    it(path, () => {
      const [one, other] = pairs[path] ?? assert.fail(`a pair of values is missing for ${path}`);
      assert.ok(outcome(one) !== outcome(other), "the outcome is the same");
    });
  }
});
