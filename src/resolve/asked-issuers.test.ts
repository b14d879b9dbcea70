import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolveCase } from "../../testing/golden-case.ts";
import { mixtures, tokenSecurity } from "../../testing/mixtures.ts";

const settings = { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;

/** What is said of a document that asks for tokens in every mixture of so many Securities, which believe so many issuers each, and for a key. */
function said(securities: number, issuers: number): readonly string[] {
  const { names, document } = mixtures(securities);
  const withKey = {
    ...document,
    paths: { ...document.paths, "/key": { get: { security: [{ key: [] }], responses: { 204: {} } } } },
    components: { securitySchemes: { ...document.components.securitySchemes, key: { type: "apiKey", in: "header", name: "x-key" } } },
  };
  const object = (name: string, spec: object) => ({ apiVersion: "portico.dev/v1alpha1", kind: "Security", metadata: { name }, spec });
  const objects = [
    ...names.map((name) => object(name, tokenSecurity(issuers))),
    object("key", { type: "apiKey", apiKey: { keys: { name: "k" } } }),
  ];
  const keys = { apiVersion: "v1", kind: "Secret", metadata: { name: "k" }, stringData: { alice: "key-of-alice" } };
  const input = [withKey, ...objects, keys].map((one) => JSON.stringify(one)).join("\n---\n");
  return resolveCase({ input, settings: { ...settings, requests: [] } }).problems.map(({ reason, message }) => `${reason}: ${message}`);
}

describe("operations that ask for tokens of many issuers in many mixtures", () => {
  it("are fine while the gateway's file of them can be held", () => {
    assert.deepEqual(said(4, 1000), []);
  });

  it("are a Problem that says how many that is, before anything is compiled", () => {
    const [problem = "", ...more] = said(8, 1000);
    assert.match(problem, /^BadSecurity: Operations ask for tokens in 255 mixtures of Securities, which name 1024000 issuers in all/);
    assert.deepEqual(more, []);
  });
});
