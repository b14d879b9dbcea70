import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, guarded, keySecurity, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

const issuer = tokenIssuer();
const user = {
  issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }],
  claims: [{ claim: "verified", equals: "true" }],
  claimsToHeaders: [{ claim: "sub", header: "x-user" }],
};
const image = { type: "string", format: "binary" };
const mocked = { responses: { 200: { description: "ok", content: { "image/png": { schema: image } } } }, "x-portico": { mock: true } };
const cors = { "x-portico": { cors: { origins: ["https://app.test"] } } };

describe("what an attacker found stays mended", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = {
      "/cors": { ...guarded({ key: [] }), ...cors },
      "/either": guarded({ user: [] }, { key: [] }),
      "/two": guarded({ one: [], other: [] }),
      "/scan": { get: { ...mocked, security: [{ key: [] }] } },
    };
    gateway = await protectedGateway(scope, { paths }, [
      tokenSecurity("user", user),
      ...keySecurity("key", { alice: "key-of-alice" }, { locations: [{ header: "x-key" }] }),
      ...keySecurity("one", { a: "same" }, { locations: [{ cookie: "one" }] }),
      ...keySecurity("other", { a: "same" }, { locations: [{ cookie: "other" }] }),
    ]);
  });

  it("a preflight without an origin, or with an empty one, reaches nobody", async () => {
    for (const origin of [{}, { origin: "" }, { origin: "https://evil.test" }])
      await gateway.get("OPTIONS /cors", { "access-control-request-method": "GET", ...origin });
    assert.equal(gateway.backend.received.length, 0);
  });

  it("a token that was refused tells nobody's name beside a good key", async () => {
    const token = bearer(issuer.token({ claims: { verified: false, sub: "victim" } }));
    assert.equal((await gateway.get("/either", token)).status, 403);
    assert.equal((await gateway.get("/either", { ...token, "x-key": "key-of-alice" })).status, 200);
    assert.equal(gateway.backend.received.at(-1)?.headers["x-user"], undefined);
  });

  it("a refusal has its own media type, where a mock without content has another", async () => {
    const typeOf = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const { status, headers: of } = await gateway.get("/scan", headers);
      return [status, of["content-type"]];
    };
    assert.deepEqual(await typeOf({}), [401, "application/problem+json"]);
    assert.deepEqual(await typeOf({ "x-key": "key-of-alice" }), [200, "image/png"]);
  });

  it("one cookie is not the key of two Securities", async () => {
    const status = async (cookie: string): Promise<number> => (await gateway.get("/two", { cookie })).status;
    assert.deepEqual([await status("one=same"), await status("other=same"), await status("one=same; other=same")], [401, 401, 200]);
  });
});

describe("what an attacker found next stays mended", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  const issuers = [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }];
  const roles = "https://pets.example/roles";
  before(async () => {
    const paths = {
      "/hidden": guarded({ hidden: [] }),
      "/seen": guarded({ seen: [] }),
      "/roles": guarded({ roles: [] }),
      "/nested": guarded({ nested: ["read:pets"] }),
      "/placed": guarded({ placed: [] }),
    };
    const securitySchemes = { placed: { type: "apiKey", in: "header", name: "X-Token" } };
    gateway = await protectedGateway(scope, { paths, components: { securitySchemes } }, [
      tokenSecurity("hidden", { issuers }, { blockedClients: ["mallory"] }),
      tokenSecurity("seen", { issuers, forward: true }),
      tokenSecurity("roles", { issuers, claims: [{ claim: roles, contains: "admin" }] }),
      tokenSecurity("nested", { issuers, scopeClaim: "realm.scopes" }),
      tokenSecurity("placed", { issuers }),
    ]);
  });
  const status = async (
    target: string,
    claims: Readonly<Record<string, unknown>>,
    headers = bearer(issuer.token({ claims })),
  ): Promise<number> => (await gateway.get(target, headers)).status;

  it("a token is kept from the backend of one operation, though that of another sees it", async () => {
    const seen = async (target: string): Promise<boolean> => {
      assert.equal(await status(target, {}), 200);
      return gateway.backend.received.at(-1)?.headers.authorization !== undefined;
    };
    assert.deepEqual([await seen("/hidden"), await seen("/seen"), await seen("/hidden")], [false, true, false]);
  });

  it("a client that one Security blocks is let in by another", async () => {
    const claims = { client_id: "mallory" };
    assert.deepEqual([await status("/hidden", claims), await status("/seen", claims)], [403, 200]);
  });

  it("a claim whose own name has dots is found", async () => {
    assert.deepEqual([await status("/roles", { [roles]: ["user", "admin"] }), await status("/roles", { [roles]: ["user"] })], [200, 403]);
  });

  it("scopes inside of a claim are words of a text, or a list", async () => {
    const scoped = (scopes: unknown): Promise<number> => status("/nested", { realm: { scopes } });
    assert.deepEqual(
      await Promise.all(["read:pets", "a read:pets b", ["read:pets"], "read:petsx", "xread:pets", ""].map(scoped)),
      [200, 200, 200, 403, 403, 403],
    );
  });

  it("a scheme's name is the same in small letters", async () => {
    assert.equal(await status("/seen", {}, { authorization: `bearer ${issuer.token({})}` }), 200);
    assert.equal(await status("/seen", {}, { authorization: `BEARER ${issuer.token({})}` }), 200);
  });

  it("a token is looked for where the document says that the credential is", async () => {
    assert.equal(await status("/placed", {}, { "x-token": issuer.token({}) }), 200);
    assert.equal(gateway.backend.received.at(-1)?.headers["x-token"], undefined);
    assert.equal(await status("/placed", {}), 401);
  });
});

describe("what an attacker found after that stays mended", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const signed = { issuers: user.issuers, claims: user.claims, claimsToHeaders: user.claimsToHeaders };
    const locations = [{ header: "x-signed" }, { query: "s" }];
    gateway = await protectedGateway(scope, { paths: { "/both": guarded({ both: [] }) } }, [
      ...keySecurity("both", { partner: "key-of-partner" }, { signed, locations }),
    ]);
  });
  const ask = async (query: string, headers: Readonly<Record<string, string>>): Promise<unknown> => {
    const before = gateway.backend.received.length;
    const { status } = await gateway.get(`/both${query}`, headers);
    return gateway.backend.received.length === before ? status : [status, gateway.backend.received.at(-1)?.headers["x-user"] ?? null];
  };
  const tokenOf = (claims: object, alg?: Parameters<typeof tokenIssuer>[1]): string =>
    (alg === undefined ? issuer : tokenIssuer(issuer.issuer, alg)).token({ claims: { sub: "victim", ...claims } });

  it("a signed key that is refused tells nobody's name beside one's own key, in whatever place it stands", async () => {
    const refused = tokenOf({ verified: false });
    const own = { "x-signed": "key-of-partner" };
    assert.deepEqual(
      [await ask("", { "x-signed": refused }), await ask("", own), await ask("?s=key-of-partner", {})],
      [403, [200, null], [200, null]],
    );
    assert.equal(await ask(`?s=${refused}`, own), 403);
    // Here Envoy takes no token at all to be genuine: two places have one, and the last of them is none.
    assert.deepEqual(await ask("?s=key-of-partner", { "x-signed": refused }), [200, null]);
  });

  it("one that is good tells its own, and does so beside a key", async () => {
    const good = tokenOf({ verified: true });
    assert.deepEqual(await ask("", { "x-signed": good }), [200, "victim"]);
    assert.deepEqual(await ask(`?s=${good}`, { "x-signed": "key-of-partner" }), [200, "victim"]);
  });
});
