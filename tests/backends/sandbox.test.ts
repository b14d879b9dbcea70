import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Backend, startBackend } from "../../testing/backend.ts";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, keySecurity, protectedGateway, tokenSecurity } from "../security/protected-gateway.ts";
import { targetEndpoint } from "./served.ts";

const issuer = tokenIssuer();
const of = (claims: object) => bearer(issuer.token({ claims: { ...claims } }));

describe("requests for the sandbox", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  let production: Backend;
  let sandbox: Backend;
  before(async () => {
    [production, sandbox] = [
      await startBackend(scope, (_, response) => void response.end("production")),
      await startBackend(scope, (_, response) => void response.end("sandbox")),
    ];
    const to = (more: object, security: readonly object[] = [{ token: [] }, { key: [] }]): object => ({
      get: { security, responses: { 200: { description: "ok" } }, "x-portico": { backend: "pets", sandbox: "tryout", ...more } },
    });
    gateway = await protectedGateway(
      scope,
      {
        components: {
          securitySchemes: { token: { type: "http", scheme: "bearer" }, key: { type: "apiKey", in: "header", name: "X-Key" } },
        },
        paths: {
          "/usual": to({}),
          "/claim": to({ sandboxWhen: { claim: "env.kind", value: "100%" } }),
          "/header/{id}": to({ sandboxWhen: { header: "X-Try", value: "yes" } }, []),
          "/o)%25'{id}": {
            get: {
              security: [],
              responses: {},
              "x-portico": {
                backend: { url: production.url },
                sandbox: { url: sandbox.url },
                sandboxWhen: { header: "X-T%", value: "%)%REQ(x)%" },
              },
            },
          },
          "/wso2": {
            get: {
              security: [{ token: [] }],
              responses: {},
              "x-wso2-production-endpoints": { urls: ["pets"] },
              "x-wso2-sandbox-endpoints": { urls: ["tryout"] },
            },
          },
        },
      },
      [
        tokenSecurity("token", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
        ...keySecurity("key", { ann: "key-of-ann" }),
        targetEndpoint("pets", { url: `${production.url}/p` }),
        targetEndpoint("tryout", { url: `${sandbox.url}/s` }),
      ],
    );
  });
  const asked = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { status, body } = await gateway.get(path, headers);
    return status === 200 ? body : String(status);
  };

  it("are those with such a claim, and all others are for production", async () => {
    for (const path of ["/usual", "/wso2"]) {
      assert.equal(await asked(path, of({ keytype: "SANDBOX" })), "sandbox", path);
      assert.equal(await asked(path, of({ keytype: "PRODUCTION" })), "production", path);
      assert.equal(await asked(path, of({})), "production", path);
      assert.equal(await asked(path), "401", path);
    }
    assert.equal(await asked("/usual", { "x-key": "key-of-ann" }), "production");
    assert.equal(await asked("/claim", of({ env: { kind: "100%" } })), "sandbox");
    assert.equal(await asked("/claim", of({ env: { kind: "100" } })), "production");
  });

  it("are those with such a header, where that is said", async () => {
    assert.deepEqual(
      [await asked("/header/1", { "x-try": "yes" }), await asked("/header/1", { "x-try": "no" })],
      ["sandbox", "production"],
    );
    assert.equal(await asked("/header/1"), "production");
  });

  it("are told whatever texts are in what tells them", async () => {
    assert.equal(await asked("/o)%25'7", { "x-t%": "%)%REQ(x)%" }), "sandbox");
    assert.equal(await asked("/o)%25'7"), "production");
  });

  it("have their own backend's path before theirs, and nobody else says where they go", async () => {
    await asked("/header/2", { "x-try": "yes", "portico-cluster": "pets/pets" });
    const { path, headers } = sandbox.received.at(-1) ?? assert.fail();
    assert.deepEqual([path, headers["portico-cluster"]], ["/s/header/2", undefined]);
    assert.equal(await asked("/header/3", { "portico-cluster": "pets/tryout" }), "production");
    assert.equal(production.received.at(-1)?.path, "/p/header/3");
  });
});
