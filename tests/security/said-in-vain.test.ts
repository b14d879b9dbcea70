import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolveCase } from "../../testing/golden-case.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { guarded, keySecurity, security, tokenSecurity } from "./protected-gateway.ts";

const issuer = tokenIssuer();

const settings = { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;
const header = (name: string): object => ({ type: "apiKey", in: "header", name });
const info = { openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" } };
const open = { get: { responses: { 200: { description: "ok" } } } };

function problemsOf(document: object, ...more: readonly object[]): readonly string[] {
  const input = [
    { ...info, ...document },
    ...[...keySecurity("key", { alice: "k" }), ...keySecurity("other-key", { bob: "l" })],
    security("staff", { type: "basic", basic: { users: { name: "users" } } }),
    tokenSecurity("token", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
    ...more,
  ];
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
    const paths = { "/pets": open, "/orders": guarded({ token: [] }) };
    assert.deepEqual(problemsOf({ paths, "x-portico": { scopes: ["read"] } }), []);
  });

  describe("scopes where a credential has none", () => {
    const scoped = (...security: readonly object[]) => ({ ...guarded(...security), "x-portico": { scopes: ["admin"] } });
    const cases: readonly (readonly [what: string, document: object, expected: RegExp])[] = [
      [
        "are an error, wherever they are said",
        { paths: { "/pets": scoped({ key: [] }) } },
        /^error BadSecurity These scopes are not asked of who comes with `key`, .* Let a Security of type jwt or oauth2 check `key`, or say /,
      ],
      [
        "are one where an operation among others is asked for nothing else",
        { paths: { "/pets": guarded({ token: [] }), "/orders": guarded({ key: [] }) }, "x-portico": { scopes: ["admin"] } },
        /^error BadSecurity .* comes with `key`/,
      ],
      [
        "are one in a document of WSO2's, too",
        {
          "x-wso2-application-security": { "security-types": ["basic_auth"] },
          paths: { "/pets": { delete: { "x-scope": "admin", responses: {} } } },
        },
        /^error BadSecurity .* comes with `staff`/,
      ],
      [
        "are one where two such are needed together",
        { paths: { "/pets": scoped({ key: [], staff: [] }) } },
        /^error BadSecurity .* comes with `key` or `staff`/,
      ],
      [
        "are a warning beside one that has them",
        { paths: { "/pets": scoped({ key: [] }, { token: [] }) } },
        /^warning BadSecurity .* comes with `key`, .*say the scopes in `security`, beside what has them\.$/,
      ],
      ["are well where one that has them is needed, too", { paths: { "/pets": scoped({ key: [], token: [] }) } }, /^$/],
      [
        "are well where `security` says them of one that has them",
        { paths: { "/pets": guarded({ key: [] }, { token: ["admin"] }) } },
        /^$/,
      ],
      [
        "are taken back by none",
        {
          paths: { "/pets": guarded({ token: [] }), "/orders": { ...guarded({ key: [] }), "x-portico": { scopes: [] } } },
          "x-portico": { scopes: ["admin"] },
        },
        /^$/,
      ],
    ];
    for (const [what, document, expected] of cases)
      it(what, () =>
        assert.match(problemsOf({ components: { securitySchemes: { key: header("x-key") } }, ...document }).join("\n"), expected),
      );
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

  it("a certificate that is optional lets everybody in, so that another credential beside it keeps nobody out", () => {
    const securitySchemes = { machine: { type: "mutualTLS" }, key: header("x-key") };
    const machine = (mode: string) => security("machine", { type: "mtls", mtls: { trust: { name: "ca" }, mode } });
    const said = (mode: string, ...needs: readonly object[]): readonly string[] =>
      problemsOf({ paths: { "/pets": guarded(...needs) }, components: { securitySchemes } }, machine(mode));
    assert.match(
      said("optional", { machine: [] }, { key: [] })[0] ?? "",
      /^error BadSecurity `machine` lets everybody in, .* `key` beside it/,
    );
    for (const [mode, ...needs] of [
      ["mandatory", { machine: [] }, { key: [] }],
      ["optional", { machine: [] }],
      ["optional", { machine: [], key: [] }],
      ["optional", { key: [] }],
    ] as const)
      assert.deepEqual(
        said(mode, ...needs).filter((one) => one.includes("lets everybody in")),
        [],
      );
  });

  for (const name of ["X-Request-Id", "Proxy", "X-Forwarded-For", "Portico-Credential-0"])
    it(`a key in the header ${name} is never seen, which is said`, () => {
      const document = { paths: { "/pets": guarded({ key: [] }) }, components: { securitySchemes: { key: header(name) } } };
      assert.match(problemsOf(document)[0] ?? "", /^error BadSecurity/);
    });
});
