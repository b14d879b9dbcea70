import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolveCase } from "../../testing/golden-case.ts";
import { keySecurity, tokenSecurity } from "./protected-gateway.ts";

const settings = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;
const issuers = [{ issuer: "https://issuer.test", jwks: { url: "https://issuer.test/keys" } }];
const resources = [tokenSecurity("user", { issuers }), ...keySecurity("key", { alice: "key-of-alice" })];

function resolved(document: object) {
  const whole = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    servers: [{ url: "http://pets.test" }],
    components: { securitySchemes: { user: { type: "http", scheme: "bearer" }, key: { type: "apiKey", in: "header", name: "x-key" } } },
    ...document,
  };
  const input = [whole, ...resources].map((one) => JSON.stringify(one)).join("\n---\n");
  return resolveCase({ input, settings: { ...settings, requests: [] } });
}

/** What is asked for the first operation. */
function asked(document: object): unknown {
  const found = resolved(document);
  assert.ok(found.ok, JSON.stringify(found.problems));
  const access = found.value[0]?.model.operations[0]?.access;
  return access?.kind === "protected"
    ? access.alternatives.map((all) => all.map(({ security, scopes }) => [security, ...scopes].join(" ")))
    : access?.kind;
}

const paths = (operation: object, item: object = {}): object => ({
  "/pets": { ...item, get: { responses: { 200: { description: "ok" } }, ...operation } },
});
const admin = { security: [{ user: ["admin"] }] };
const byKey = { "x-portico": { security: [{ key: [] }] } };
const byNobody = { "x-portico": { security: false } };

describe("what an operation says of who calls", () => {
  it("counts more than what a level further out says, in either way", () => {
    for (const outer of [byKey, byNobody]) {
      assert.deepEqual(asked({ ...outer, paths: paths(admin) }), [["user admin"]]);
      assert.deepEqual(asked({ paths: paths(admin, outer) }), [["user admin"]]);
      assert.deepEqual(asked({ ...outer, paths: paths({ security: [] }) }), "open");
    }
    assert.deepEqual(asked({ paths: paths({ ...admin, ...byKey }) }), [["key"]]);
    assert.deepEqual(asked({ ...byKey, ...admin, paths: paths({}) }), [["key"]]);
    assert.deepEqual(asked({ ...byNobody, paths: paths({}, byKey) }), [["key"]]);
  });

  it("does not where a document for WSO2's gateway lets everybody in, as it did there", () => {
    assert.equal(asked({ "x-wso2-disable-security": true, paths: paths(admin) }), "open");
  });
});

describe("what protects nothing", () => {
  const at = (document: object): readonly string[] => {
    const found = resolved(document);
    return found.problems.filter(({ severity }) => severity === "error").map(({ reason, where }) => `${reason} ${where.pointer}`);
  };

  it("is an error, wherever it stands", () => {
    assert.deepEqual(at({ paths: paths({}, admin) }), ["UnknownField /paths/~1pets/security"]);
    assert.deepEqual(at({ info: { title: "Pets", version: "1", ...admin }, paths: paths({}) }), ["UnknownField /info/security"]);
    assert.deepEqual(at({ servers: [{ url: "http://pets.test", ...admin }], paths: paths({}) }), ["UnknownField /servers/0/security"]);
    assert.deepEqual(at({ securitySchemes: {}, paths: paths({}) }), ["UnknownField /securitySchemes"]);
    assert.deepEqual(at({ paths: paths({ responses: { 200: { description: "ok", ...admin } } }) }), [
      "UnknownField /paths/~1pets/get/responses/200/security",
    ]);
  });

  it("is `security: true` where there is none to go by", () => {
    assert.deepEqual(at({ "x-portico": { security: true }, paths: paths({}) }), ["BadSecurity /x-portico/security"]);
    assert.deepEqual(at({ "x-portico": { security: true }, ...admin, paths: paths({}) }), []);
  });
});
