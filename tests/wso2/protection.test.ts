import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { startBackend } from "../../testing/backend.ts";
import { pem, statusWithCertificate } from "../../testing/client-certificates.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { secret, security } from "../security/protected-gateway.ts";
import { operation, token, tokens, wso2Gateway } from "./wso2-gateway.ts";

type Headers = Readonly<Record<string, string>>;

const certificate = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const tls = { certificate: certificate("localhost.pem"), key: certificate("localhost.key") };

async function served(scope: Scope, document: object, more: Parameters<typeof wso2Gateway>[3] = {}) {
  const { url } = await startBackend(scope);
  const machines = security("machines", { type: "mtls", mtls: { trust: { name: "ca" } } });
  const resources = more.tls === undefined ? [tokens] : [tokens, machines, secret("ca", { "ca.crt": pem("clients.pem") })];
  return wso2Gateway(scope, { "x-wso2-production-endpoints": { urls: [url] }, ...document }, resources, more);
}

describe("who is let in, by keys of WSO2's", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  const paths = {
    "/plain": operation(),
    "/open": operation({ "x-wso2-disable-security": true }),
    "/older": operation({ "x-mgw-disable-security": true }),
    "/none": operation({ "x-auth-type": "None" }),
    "/scoped": operation({ "x-scope": "read:pets,write:pets" }),
  };
  let closed: Awaited<ReturnType<typeof served>>;
  let open: typeof closed;
  before(async () => {
    closed = await served(scope, { "x-wso2-auth-header": "X-Auth", paths });
    open = await served(scope, {
      "x-wso2-disable-security": true,
      paths: {
        "/plain": operation(),
        "/closed": operation({ "x-wso2-disable-security": false }),
        "/user": operation({ "x-auth-type": "Application & Application User" }),
      },
    });
  });
  const status = async (path: string, headers: Headers = {}): Promise<number> => (await closed.get(path, headers)).status;
  const elsewhere = (claims: object = {}): Headers => ({ "x-auth": token(claims).authorization ?? "" });

  it("x-wso2-auth-header is where a token is looked for, and nowhere else; the backend does not see it", async () => {
    assert.deepEqual([await status("/plain"), await status("/plain", token()), await status("/plain", elsewhere())], [401, 401, 200]);
    assert.equal(JSON.parse((await closed.get("/plain", elsewhere())).body).headers["x-auth"], undefined);
  });

  it("x-wso2-disable-security and x-auth-type: None let everybody in, to their operation alone", async () => {
    for (const path of ["/open", "/older", "/none"]) assert.equal(await status(path), 200, path);
    assert.equal(await status("/plain"), 401);
  });

  it("x-wso2-disable-security of the document lets everybody in, but where an operation takes it back", async () => {
    assert.equal((await open.get("/plain")).status, 200);
    for (const path of ["/closed", "/user"])
      assert.deepEqual([(await open.get(path)).status, (await open.get(path, token())).status], [401, 200], path);
  });

  it("x-scope is what a token must have, of several all", async () => {
    assert.equal(await status("/scoped", elsewhere({ scope: "write:pets other read:pets" })), 200);
    for (const scope of ["", "read:pets", "other"]) assertProblem(await closed.get("/scoped", elsewhere({ scope })), "403 forbidden");
    assert.equal(await status("/scoped"), 401);
  });
});

describe("x-wso2-mutual-ssl", { timeout: 60_000 }, () => {
  const paths = { "/pets": operation(), "/open": operation({ "x-wso2-disable-security": true }) };
  const statuses = async (scope: Scope, keys: object): Promise<readonly number[]> => {
    const { port } = await served(scope, { ...keys, paths }, { tls });
    const ask = (client: string | undefined, headers: Headers = {}) => statusWithCertificate(port, "/pets", client, headers);
    assert.equal(await statusWithCertificate(port, "/open", undefined), 200);
    return [await ask(undefined), await ask("alice"), await ask(undefined, token()), await ask("alice", token())];
  };

  it("mandatory wants a certificate beside each other credential, and optional none", async (t) => {
    for (const key of ["x-wso2-mutual-ssl", "x-mgw-mutual-ssl"])
      assert.deepEqual(await statuses(t, { [key]: "mandatory" }), [401, 401, 401, 200], key);
    assert.deepEqual(await statuses(t, { "x-wso2-mutual-ssl": "optional" }), [401, 401, 200, 200]);
  });

  it("mandatory wants a certificate alone where x-wso2-application-security is optional", async (t) => {
    const optional = { "x-wso2-application-security": { "security-types": ["oauth2"], optional: true } };
    assert.deepEqual(await statuses(t, { "x-wso2-mutual-ssl": "mandatory", ...optional }), [401, 200, 401, 200]);
  });
});

describe("x-wso2-transports", { timeout: 60_000 }, () => {
  it("are how clients may come", async (t) => {
    for (const [key, transports, expected] of [
      ["x-wso2-transports", ["https"], [403, 200]],
      ["x-mgw-transports", ["http"], [200, 403]],
      ["x-wso2-transports", ["http", "https"], [200, 200]],
    ] as const) {
      const paths = { "/pets": operation({ "x-wso2-disable-security": true }) };
      const gateway = await served(t, { [key]: transports, paths }, { trustedHops: 1 });
      const by = async (proto: string): Promise<number> =>
        (await gateway.get("/pets", { "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": proto })).status;
      assert.deepEqual([await by("http"), await by("https")], expected, `${key} ${transports}`);
    }
  });
});
