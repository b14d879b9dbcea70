import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { describe, it, type TestContext } from "node:test";
import { hash } from "bcryptjs";
import { must } from "../../testing/envoy.ts";
import { resolveCase } from "../../testing/golden-case.ts";
import { replaceFile, runPortico, temporaryFolder } from "../../testing/portico.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

const fixture = (name: string): URL => new URL(`../fixtures/certificates/${name}`, import.meta.url);
const pem = (name: string): string => readFileSync(fixture(name), "utf8");
const issuer = tokenIssuer();
const operation = (more: object = {}): object => ({ get: { responses: { 200: { description: "ok" } }, ...more } });
const paths = { "/pets": operation(), "/open": operation({ "x-wso2-disable-security": true }), "/none": operation({ security: [] }) };

/** Securities of each kind: a document that names none takes those of its kinds. */
const securities = async (): Promise<readonly object[]> => [
  tokenSecurity("staff-tokens", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
  ...keySecurity("partners", { alice: "key-of-alice" }, { locations: [{ header: "x-key" }] }),
  security("people", { type: "basic", basic: { users: { name: "users" } } }),
  secret("users", { htpasswd: `bob:${await hash("b", 4)}` }),
];

const token = issuer.token();
const credentials = {
  none: {},
  token: { authorization: `Bearer ${token}` },
  "token elsewhere": { "x-auth": `Bearer ${token}` },
  key: { "x-key": "key-of-alice" },
  password: { authorization: `Basic ${Buffer.from("bob:b").toString("base64")}` },
  "password elsewhere": { "x-auth": `Basic ${Buffer.from("bob:b").toString("base64")}` },
} as const;

function resolved(document: object, resources: readonly object[]): ReturnType<typeof resolveCase> {
  const whole = { openapi: "3.1.0", info: { title: "Pets", version: "1" }, servers: [{ url: "http://pets.test" }], ...document };
  const input = [whole, ...resources].map((one) => JSON.stringify(one)).join("\n---\n");
  const settings = { mock: false, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;
  return resolveCase({ input, settings: { ...settings, requests: [] } });
}

function problemsOf(document: object, resources: readonly object[]): string {
  const { problems } = resolved(document, resources);
  return problems.map(({ reason, message }) => `${reason}: ${message}`).join("\n");
}

async function letIn(t: TestContext, document: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const gateway = await protectedGateway(t, { paths, ...document }, await securities());
  for (const path of ["/open", "/none"]) assert.notEqual((await gateway.get(path)).status, 401, path);
  const found: string[] = [];
  for (const [name, headers] of Object.entries(credentials)) if ((await gateway.get("/pets", headers)).status === 200) found.push(name);
  return found;
}

describe("a document that names no scheme", { timeout: 60_000 }, () => {
  it("is open, but one that was written for WSO2's gateway takes tokens, as that did", async (t) => {
    const own = { paths: { "/pets": operation() } };
    assert.equal((await letIn(t, own)).length, Object.keys(credentials).length);
    assert.deepEqual(await letIn(t, {}), ["token"]);
    assert.deepEqual(await letIn(t, { "x-wso2-disable-security": true }), Object.keys(credentials));
  });

  it("is a Problem where several Securities might be meant", () => {
    const several = [
      tokenSecurity("a", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
      tokenSecurity("b", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
    ];
    assert.match(problemsOf({ paths }, several), /BadSecurity: The document names no scheme, and credentials might be `a` or `b`'s/);
    assert.doesNotMatch(problemsOf({ paths, "x-portico": { security: [{ b: [] }] } }, several), /BadSecurity/);
    const machines = (name: string, more: object = {}) => security(name, { type: "mtls", mtls: { trust: { name: "ca" }, ...more } });
    const one = { paths, "x-wso2-mutual-ssl": "mandatory" };
    const [user = {}] = several;
    assert.match(problemsOf(one, [user, machines("m"), machines("n")]), /BadSecurity: A client's certificate might be `m` or `n`'s/);
    assert.doesNotMatch(problemsOf(one, [user, machines("m"), machines("n", { mode: "optional" })]), /certificate might be/);
  });

  it("is a Problem where a Security has the name of a kind and is none that is meant", () => {
    const machines = (mode: string) => security("mtls", { type: "mtls", mtls: { trust: { name: "ca" }, mode } });
    const wantsOne = { paths: { "/pets": operation() }, "x-portico": { clientCertificate: "mandatory" } };
    assert.match(problemsOf(wantsOne, [machines("optional")]), /MissingSecurity: 1 operation needs a credential .* the type `mtls`/);
    assert.doesNotMatch(problemsOf(wantsOne, [machines("mandatory")]), /MissingSecurity/);
    for (const kind of ["jwt", "oauth2"]) {
      const takesKind = { paths, "x-portico": { credentialTypes: [kind] } };
      const [other = {}] = keySecurity(kind, { alice: "key-of-alice" });
      assert.match(problemsOf(takesKind, [other]), new RegExp(`MissingSecurity: 1 operation needs a credential .* the type \`${kind}\``));
    }
  });

  it("takes the kinds that it says, in the header that it says, and perhaps none", async (t) => {
    const kinds = (types: readonly string[], optional = false) => ({
      "x-wso2-application-security": { "security-types": types, optional },
    });
    assert.deepEqual(await letIn(t, kinds(["api_key"])), ["key"]);
    assert.deepEqual(await letIn(t, kinds(["basic_auth", "oauth2"])), ["token", "password"]);
    const elsewhere = { ...kinds(["basic_auth", "oauth2"]), "x-wso2-auth-header": "X-Auth" };
    assert.deepEqual(await letIn(t, elsewhere), ["token elsewhere", "password elsewhere"]);
    assert.deepEqual(await letIn(t, kinds(["oauth2"], true)), Object.keys(credentials));
  });
});

describe("a document that wants certificates", { timeout: 60_000 }, () => {
  it("wants one once where it names one itself", () => {
    const named = operation({ "x-portico": { security: [{ m: [] }, { user: [] }, { staff: [], user: [] }] } });
    const document = { paths: { "/pets": named }, "x-portico": { clientCertificate: "mandatory", schemes: { staff: "m" } } };
    const user = tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] });
    const [api] = must(resolved(document, [user, security("m", { type: "mtls", mtls: { trust: { name: "ca" } } })]));
    const { access } = api?.model.operations[0] ?? assert.fail("there is no operation");
    const demanded = access.kind === "protected" ? access.alternatives.map((all) => all.map((one) => one.security)) : [];
    assert.deepEqual(demanded, [["m"], ["user", "m"], ["m", "user"]]);
  });

  it("wants one beside each other credential", async (t) => {
    const gateway = await protectedGateway(
      t,
      { paths, "x-wso2-mutual-ssl": "mandatory" },
      [
        ...(await securities()),
        security("machines", { type: "mtls", mtls: { trust: { name: "ca" } } }),
        secret("ca", { "ca.crt": pem("clients.pem") }),
      ],
      { tls: { certificate: fixture("localhost.pem").pathname, key: fixture("localhost.key").pathname } },
    );
    const status = (path: string, headers: object, client?: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const shown = client === undefined ? {} : { cert: pem(`${client}.pem`), key: pem(`${client}.key`) };
        const options = { host: "127.0.0.1", port: gateway.port, path, servername: "localhost", ca: pem("authority.pem"), agent: false };
        request({ ...options, headers: { ...headers }, ...shown }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .once("error", reject)
          .end();
      });
    assert.deepEqual(
      [await status("/pets", credentials.token), await status("/pets", {}, "alice"), await status("/pets", credentials.token, "alice")],
      [401, 401, 200],
    );
    assert.equal(await status("/open", {}), 200);
  });
});

describe("a document whose kind of credential nothing checks", { timeout: 60_000 }, () => {
  it("is a Problem that says so", async (t) => {
    const folder = await temporaryFolder(t);
    const document = { openapi: "3.1.0", info: { title: "Pets", version: "1" }, "x-wso2-basePath": "/v1", paths: { "/pets": operation() } };
    await replaceFile(`${folder}/pets.json`, JSON.stringify(document));
    const { exit, stdout } = await runPortico(t, ["check", "pets.json", "--mock"], folder);
    assert.equal(exit, 1);
    assert.match(
      stdout,
      /MissingSecurity: 1 operation needs a credential of a kind .* Add a Security of the type `jwt`, or let everybody in/,
    );
  });
});
