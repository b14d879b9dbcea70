import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolveCase } from "../../testing/golden-case.ts";
import { guarded, keySecurity } from "./protected-gateway.ts";

const settings = { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;
const header = (name: string): object => ({ type: "apiKey", in: "header", name });
const info = { openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" } };
const open = { get: { responses: { 200: { description: "ok" } } } };

function problemsOf(document: object): readonly string[] {
  const input = [{ ...info, ...document }, ...keySecurity("key", { alice: "k" }), ...keySecurity("other-key", { bob: "l" })];
  const found = resolveCase({ input: input.map((one) => JSON.stringify(one)).join("\n---\n"), settings: { ...settings, requests: [] } });
  return found.problems.map(({ severity, reason, message }) => `${severity} ${reason} ${message}`);
}

describe("what a document says of protection", () => {
  it("scopes where no credential is asked for open no door without a word", () => {
    const [problem, ...more] = problemsOf({ paths: { "/pets": { ...open, "x-portico": { scopes: ["read"] } } } });
    assert.match(problem ?? "", /^error BadSecurity These scopes are asked of nobody/);
    assert.deepEqual(more, []);
  });

  it("scopes of a document are well where one operation needs a credential", () => {
    const paths = { "/pets": open, "/orders": guarded({ key: [] }) };
    const securitySchemes = { key: { type: "http", scheme: "bearer" } };
    const all = problemsOf({ paths, components: { securitySchemes }, "x-portico": { scopes: ["read"] } });
    assert.deepEqual(all, []);
  });

  it("a scheme that x-portico names and the document does not have is a slip of the pen", () => {
    const securitySchemes = { key: header("x-key") };
    const document = { paths: { "/pets": guarded({ key: [] }) }, components: { securitySchemes } };
    assert.deepEqual(problemsOf(document), []);
    const [problem] = problemsOf({ ...document, "x-portico": { schemes: { kei: "other-key" } } });
    assert.match(problem ?? "", /^error WrongValue `kei` is no security scheme .* Did you mean `key`\?$/);
  });

  it("two schemes do not fall on one Security unless somebody says so", () => {
    const securitySchemes = { other_key: header("x-key"), "Other-Key": header("x-other") };
    const document = { paths: { "/pets": guarded({ other_key: [] }, { "Other-Key": [] }) }, components: { securitySchemes } };
    const [problem] = problemsOf(document);
    assert.match(problem ?? "", /^error BadSecurity `other_key` and `Other-Key` both come to the Security `other-key`/);
    assert.deepEqual(problemsOf({ ...document, "x-portico": { schemes: { other_key: "other-key", "Other-Key": "key" } } }), []);
  });

  it("two schemes that are needed together are not one Security's, whoever says so: one credential would do for both", () => {
    const securitySchemes = { one: header("x-one"), two: header("x-two") };
    const document = (...security: readonly object[]) => ({
      ...{ paths: { "/pets": guarded(...security) }, components: { securitySchemes } },
      "x-portico": { schemes: { one: "key", two: "key" } },
    });
    assert.match(problemsOf(document({ one: [], two: [] }))[0] ?? "", /^error BadSecurity `one` and `two` are needed together, /);
    assert.deepEqual(problemsOf(document({ one: [] }, { two: [] })), []);
  });

  for (const name of ["X-Request-Id", "Proxy", "X-Forwarded-For", "Portico-Credential-0"])
    it(`a key in the header ${name} is never seen, which is said`, () => {
      const document = { paths: { "/pets": guarded({ key: [] }) }, components: { securitySchemes: { key: header(name) } } };
      assert.match(problemsOf(document)[0] ?? "", /^error BadSecurity/);
    });
});
