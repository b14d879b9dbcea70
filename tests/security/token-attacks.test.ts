import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { accepted, elliptic, issuer, issuers, odd, ownKeys, refused, thief, tooLarge } from "../../testing/odd-tokens.ts";
import { suiteScope } from "../../testing/scope.ts";
import { hmac } from "../../testing/token-issuer.ts";
import { until } from "../../testing/until.ts";
import { bearer, guarded, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

describe("tokens", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const securities = [tokenSecurity("user", { issuers, audiences: ["pets"] })];
    gateway = await protectedGateway(scope, { paths: { "/pets": guarded({ user: [] }) } }, securities);
  });

  const isRefused = async (what: string, target: string, headers: Readonly<Record<string, string>>): Promise<void> => {
    const before = gateway.backend.received.length;
    const answer = await gateway.get(target, headers);
    assert.equal(answer.status, 401, what);
    assert.match(answer.headers["www-authenticate"] ?? "", /^Bearer realm="pets"/, what);
    assert.match(answer.body, /"type":"https:\/\/portico\.dev\/errors\/unauthorized"/, what);
    assert.equal(gateway.backend.received.length, before, what);
  };

  it("that are good get in", async () => {
    assert.equal((await gateway.get("/pets", bearer(issuer.token()))).status, 200);
    assert.equal((await gateway.get("/pets", bearer(elliptic.token()))).status, 200);
  });

  for (const [what, parts] of refused) it(`are refused: ${what}`, () => isRefused(what, "/pets", bearer(issuer.token(parts))));
  for (const [what, saying] of Object.entries(ownKeys))
    it(`are refused, and nobody is asked: ${what}`, async (t) => {
      const elsewhere = await startBackend(t, (_, response) => void response.end(thief.jwks));
      for (const kid of [undefined, "one"]) {
        const token = thief.token({ header: { kid, ...saying(elsewhere.url) } });
        await isRefused(what, "/pets", bearer(token));
      }
      assert.equal(elsewhere.received.length, 0);
    });
  for (const [what, target, headers] of odd) it(`are refused: ${what}`, () => isRefused(what, target, headers));
  for (const [what, parts, scheme = "Bearer"] of accepted)
    it(`get in: ${what}`, async () =>
      assert.equal((await gateway.get("/pets", { authorization: `${scheme} ${issuer.token(parts)}` })).status, 200));

  for (const [what, claims] of tooLarge)
    it(`are refused before they are read: ${what}`, async () => {
      const before = gateway.backend.received.length;
      assert.equal((await gateway.get("/pets", bearer(issuer.token({ claims })))).status, 431);
      assert.equal(gateway.backend.received.length, before);
    });

  it("are refused: signed with a shared secret that stands in the issuer's own set, which Envoy fetches", async (t) => {
    const secret = { kty: "oct", kid: "shared", k: Buffer.from("everybody's").toString("base64url"), alg: "HS256" };
    const keys = { keys: [...JSON.parse(issuer.jwks).keys, secret] };
    const { url } = await startBackend(t, (_, response) => void response.end(JSON.stringify(keys)));
    const securities = [tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { url: `${url}/keys` } }], audiences: ["pets"] })];
    const fetching = await protectedGateway(t, { paths: { "/pets": guarded({ user: [] }) } }, securities);
    await until("the keys are there", async () => (await fetching.get("/pets", bearer(issuer.token()))).status === 200);
    for (const kid of ["shared", "one", undefined]) {
      const token = issuer.token({ header: { alg: "HS256", kid }, signature: (signed) => hmac("everybody's", signed) });
      assert.equal((await fetching.get("/pets", bearer(token))).status, 401, String(kid));
    }
  });

  it("are refused: a signature of nothing but zeros (ES256, r = s = 0)", () =>
    isRefused("zeros", "/pets", bearer(elliptic.token({ signature: () => Buffer.alloc(64).toString("base64url") }))));

  it("are refused with a reason: a token that was sent is invalid, one that was not is missing", async () => {
    const challenge = async (headers: Readonly<Record<string, string>>): Promise<string | undefined> =>
      (await gateway.get("/pets", headers)).headers["www-authenticate"];
    assert.equal(await challenge({}), 'Bearer realm="pets"');
    assert.equal(await challenge(bearer(issuer.token({ claims: { exp: 1 } }))), 'Bearer realm="pets", error="invalid_token"');
  });
});
