import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, guarded, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

// More issuers than are asked by name: each token's leads to its keys. Two Securities believe the same ones, of tokens for other audiences.
const issuers = Array.from({ length: 12 }, (_, index) => tokenIssuer(`https://issuer-${index}.test`, "EdDSA"));
const believed = (audience: string) => ({
  issuers: issuers.map(({ issuer, jwks }) => ({ issuer, jwks: { inline: jwks } })),
  audiences: [audience],
});
const alone = tokenIssuer("https://alone.test", "EdDSA");

describe("many issuers", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = {
      "/pets": guarded({ pets: [] }),
      "/shop": guarded({ shop: [] }),
      "/either": guarded({ pets: [] }, { shop: ["read"] }),
      "/alone": guarded({ alone: [] }),
    };
    gateway = await protectedGateway(scope, { paths }, [
      tokenSecurity("pets", believed("pets")),
      tokenSecurity("shop", believed("shop")),
      tokenSecurity("alone", { issuers: [{ issuer: alone.issuer, jwks: { inline: alone.jwks } }] }),
    ]);
  });
  const status = async (path: string, token: string): Promise<number> => (await gateway.get(path, bearer(token))).status;

  for (const [index, issuer] of issuers.entries())
    it(`number ${index} is believed by both, each for its own audience`, async () => {
      const [pets, shop] = [issuer.token({ claims: { aud: "pets" } }), issuer.token({ claims: { aud: "shop", scope: "read" } })];
      assert.deepEqual([await status("/pets", pets), await status("/pets", shop)], [200, 401]);
      assert.deepEqual([await status("/shop", pets), await status("/shop", shop)], [401, 200]);
      assert.deepEqual([await status("/either", pets), await status("/either", shop)], [200, 200]);
      assert.equal(await status("/either", issuer.token({ claims: { aud: "shop" } })), 403);
    });

  it("and none of them elsewhere, nor one that has another's name", async () => {
    const [one] = issuers;
    assert.equal(await status("/alone", one?.token() ?? ""), 401);
    assert.equal(await status("/alone", alone.token()), 200);
    assert.equal(await status("/pets", alone.token()), 401);
    assert.equal(await status("/pets", tokenIssuer(one?.issuer, "EdDSA").token()), 401);
  });
});

describe("many issuers that two Securities believe, in different places", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  const all = { issuers: issuers.map(({ issuer, jwks }) => ({ issuer, jwks: { inline: jwks } })) };
  before(async () => {
    const paths = {
      "/placed": guarded({ placed: [] }),
      "/usual": guarded({ usual: [] }),
      "/either": guarded({ placed: [] }, { usual: [] }),
    };
    gateway = await protectedGateway(scope, { paths }, [
      tokenSecurity("placed", { ...all, audiences: ["placed"], locations: [{ header: "x-token" }, { query: "t" }] }),
      tokenSecurity("usual", { ...all, audiences: ["usual"], forward: true }),
    ]);
  });
  const status = async (target: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await gateway.get(target, headers)).status;

  for (const [index, issuer] of issuers.entries())
    it(`number ${index} is believed in its places, and in no other's`, async () => {
      const [placed, usual] = [issuer.token({ claims: { aud: "placed" } }), issuer.token({ claims: { aud: "usual" } })];
      const places = (token: string) => [bearer(token), { "x-token": token }] as const;
      const all = async (target: string, token: string): Promise<readonly number[]> => [
        ...(await Promise.all(places(token).map((headers) => status(target, headers)))),
        await status(`${target}?t=${token}`),
      ];
      assert.deepEqual(await all("/placed", placed), [401, 200, 200]);
      assert.deepEqual(await all("/usual", usual), [200, 401, 401]);
      assert.deepEqual(await all("/either", placed), [401, 200, 200]);
      assert.deepEqual(await all("/either", usual), [200, 401, 401]);
    });

  it("none is believed for a forged token beside a good one elsewhere", async () => {
    for (const issuer of issuers) {
      const forged = bearer(tokenIssuer(issuer.issuer, "EdDSA").token({ claims: { aud: "usual" } }));
      const good = issuer.token({ claims: { aud: "usual" } });
      assert.deepEqual([await status("/usual", { ...forged, "x-token": good }), await status(`/usual?t=${good}`, forged)], [401, 401]);
    }
  });
});

describe("many issuers that two Securities believe, of which an operation names one", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const inline = issuers.map(({ issuer, jwks }) => ({ issuer, jwks: { inline: jwks } }));
    const away = issuers.map(({ issuer }) => ({ issuer, jwks: { url: "http://127.0.0.1:1/keys" } }));
    const paths = { "/named": guarded({ named: [] }), "/blocking": guarded({ blocking: [] }), "/away": guarded({ away: [] }) };
    gateway = await protectedGateway(scope, { paths }, [
      tokenSecurity("named", { issuers: inline }),
      tokenSecurity("blocking", { issuers: inline }, { blockedClients: ["mallory"] }),
      tokenSecurity("away", { issuers: away }),
    ]);
  });
  const status = async (path: string, token: string): Promise<number> => (await gateway.get(path, bearer(token))).status;

  it("the other one's blocks and keys are nothing to it", async () => {
    for (const issuer of issuers) {
      const blocked = issuer.token({ claims: { client_id: "mallory" } });
      assert.deepEqual([await status("/named", blocked), await status("/blocking", blocked)], [200, 403]);
      const forged = tokenIssuer(issuer.issuer, "EdDSA").token();
      assert.deepEqual([await status("/named", forged), await status("/away", forged)], [401, 503]);
    }
  });
});
