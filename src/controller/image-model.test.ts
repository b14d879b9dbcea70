import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { must } from "../../testing/envoy.ts";
import { resolveCase } from "../../testing/golden-case.ts";
import { decisionHash } from "../compile/manifest.ts";
import { modelOfImage } from "./image-model.ts";

const document = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  components: { securitySchemes: { user: { type: "http", scheme: "bearer" } } },
  paths: { "/pets": { get: { security: [{ user: ["read"] }], responses: {} } } },
};
const jwks = { inline: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' };
const built = { issuers: [{ issuer: "https://built.test", jwks }], claims: [{ claim: "verified", equals: "true" }] };

const security = (jwt: object, more: object = {}) => ({
  apiVersion: "portico.dev/v1alpha1",
  kind: "Security",
  metadata: { name: "user" },
  spec: { type: "jwt", jwt, ...more },
});

function manifestApi() {
  const input = [document, security(built)].map((one) => JSON.stringify(one)).join("\n---\n");
  const [api] = must(resolveCase({ input, settings: { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] } }));
  const securities = (api?.model.securities ?? []).map((one) => ({
    name: one.name,
    locations: [...one.locations],
    decides: decisionHash(one),
    asksAgent: false,
    takesTokens: true,
  }));
  return {
    name: "pets",
    version: "1",
    hosts: [],
    basePath: "",
    operations: 1,
    backends: [],
    securities,
    credentialSets: [["user"]],
    globalLimits: [],
  };
}

/** What is said where an image meets a Security of its name. */
function met(object: ReturnType<typeof security>): readonly string[] {
  const metadata = { name: "user", namespace: "n", uid: "u", resourceVersion: "1", generation: 1 };
  const stored = { metadata: { ...metadata, labels: {}, annotations: {}, owners: [], deleted: false }, value: object };
  const { problems } = modelOfImage(manifestApi(), { namespace: "n" }, { endpoints: [], securities: [stored] }, "image");
  return problems.map(({ reason }) => reason);
}

describe("an image that meets a Security", () => {
  it("serves with other issuers and keys, other clients blocked, and another skew of clocks", () => {
    const elsewhere = { ...built, issuers: [{ issuer: "https://elsewhere.test", jwks }], clockSkew: "5s" };
    assert.deepEqual(met(security(elsewhere, { blockedClients: ["mallory"] })), []);
  });

  const changes: readonly (readonly [string, object, object?])[] = [
    ["claims", { ...built, claims: [] }],
    ["algorithms", { ...built, algorithms: ["RS256"] }],
    ["scopes", built, { scopes: ["write"] }],
    ["the claim that holds scopes", { ...built, scopeClaim: "roles" }],
    ["the headers of identity", { ...built, claimsToHeaders: [{ claim: "sub", header: "x-user" }] }],
    ["what the backend sees", { ...built, forward: true }],
    ["the place of the token", { ...built, locations: [{ header: "x-token" }] }],
  ];
  for (const [what, jwt, more] of changes)
    it(`is refused where that has other ${what}: the image decides as it was built`, () => {
      assert.deepEqual(met(security(jwt, more)), ["BadSecurity"]);
    });
});
