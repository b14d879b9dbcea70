import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, it } from "node:test";
import { serveHttp } from "../../testing/http-server.ts";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, guarded, keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

const issuer = tokenIssuer();
const issuers = [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }];
const alice = { authorization: `Basic ${Buffer.from("alice:a").toString("base64")}` };

describe("behind an authoriser", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const url = `http://127.0.0.1:${await serveHttp(scope, (_, answer) => void answer.end())}`;
    const key = (name: string, location: object): readonly object[] =>
      keySecurity(name, { alice: `${name}-of-alice` }, { locations: [location] });
    const beside = ["key", "parameter", "cookie", "staff", "user", "passed"];
    const paths = {
      "/own": guarded({ own: [] }),
      "/tenant": guarded({ tenant: [] }),
      "/tenant/staff": guarded({ tenant: [], staff: [] }),
      "/own/or/key": guarded({ own: [] }, { key: [] }),
      "/own/or/passed": guarded({ own: [] }, { passed: [] }),
      ...Object.fromEntries(beside.map((name) => [`/own/${name}`, guarded({ own: [], [name]: [] })])),
    };
    gateway = await protectedGateway(scope, { paths }, [
      security("own", { type: "authorizer", authorizer: { url } }),
      security("tenant", { type: "authorizer", authorizer: { url, sendHeaders: ["X-Tenant"] } }),
      ...key("key", { header: "x-key" }),
      ...key("parameter", { query: "k" }),
      ...key("cookie", { cookie: "k" }),
      security("staff", { type: "basic", basic: { users: { name: "users" } } }),
      secret("users", { htpasswd: `alice:{SHA}${createHash("sha1").update("a").digest("base64")}` }),
      tokenSecurity("user", { issuers }),
      tokenSecurity("passed", { issuers, forward: true }),
    ]);
  });
  /** What the backend saw of all credentials. */
  const seen = async (target: string, headers: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
    const before = gateway.backend.received.length;
    assert.equal((await gateway.get(target, headers)).status, 200, target);
    const { path, headers: got = {} } = gateway.backend.received[before] ?? {};
    return [got.authorization, got["x-key"], path?.split("?")[1], got.cookie].map((one) => one ?? "-");
  };
  const all = { ...alice, "x-key": "key-of-alice", cookie: "k=cookie-of-alice" };
  const token = bearer(issuer.token());

  it("a backend sees no credential that was needed besides, wherever it stood", async () => {
    assert.deepEqual(await seen("/own/key", { "x-key": "key-of-alice" }), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/parameter?k=parameter-of-alice", {}), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/cookie", { "x-key": "key-of-alice", cookie: "k=cookie-of-alice" }), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/staff", all), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/user", token), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/tenant/staff", alice), ["-", "-", "-", "-"]);
  });

  it("it sees one that is passed on in itself", async () => {
    assert.deepEqual(await seen("/own/passed", token), [token.authorization, "-", "-", "-"]);
  });

  it("it sees what the authoriser was sent, and nobody else looked at, and of no others what is theirs", async () => {
    assert.deepEqual(await seen("/own/key", all), [alice.authorization, "-", "-", "-"]);
    assert.deepEqual(await seen("/own?k=parameter-of-alice", all), [alice.authorization, "-", "-", "-"]);
    assert.deepEqual(await seen("/tenant?k=parameter-of-alice", all), ["-", "-", "-", "-"]);
  });

  it("where another one lets in, too, it sees nothing that the authoriser may not have looked at", async () => {
    assert.deepEqual(await seen("/own/or/key", all), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/or/passed", alice), ["-", "-", "-", "-"]);
  });
});
