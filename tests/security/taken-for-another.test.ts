import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { targetEndpoint } from "../backends/served.ts";
import { limited, limitedGateway, rateLimiting, statuses } from "../limits/limited-gateway.ts";
import { bearer, guarded, keySecurity, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

// Found by attack: a caller who is taken for somebody else, by a second credential or by what another product reads in one.

const issuer = tokenIssuer();
const issuers = [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }];
const of = (claims: object) => bearer(issuer.token({ claims: { ...claims } }));
/** A token whose claims are written so: JavaScript would write another number. */
const written = (members: string) =>
  bearer(issuer.token({ body: `{"iss":"${issuer.issuer}","aud":"pets","exp":${Math.floor(Date.now() / 1000) + 3600},${members}}` }));
const schemes = { components: { securitySchemes: { user: { type: "http", scheme: "bearer" } } } };

describe("a plan", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  before(async () => {
    const sandbox = await startBackend(scope, (_, response) => void response.end("sandbox"));
    const either = { security: [{ key: [] }, { user: ["write"] }] };
    const gold = { claim: { name: "plan", value: "gold" } };
    gateway = await limitedGateway(
      scope,
      {
        "/plan": limited(["gold", "others"], either),
        "/tier": limited(["tier-gold", "tier-others"], { security: [{ key: [] }] }),
        "/sandbox": {
          get: { ...either, responses: {}, "x-portico": { sandbox: "tryout", sandboxWhen: { claim: "env", value: "sandbox" } } },
        },
      },
      [
        rateLimiting("gold", { type: "api", requests: 3, key: { by: "client" }, conditions: [gold] }),
        rateLimiting("others", { type: "api", requests: 1, key: { by: "client" }, conditions: [{ ...gold, not: true }] }),
        rateLimiting("tier-gold", { type: "api", requests: 3, key: { by: "client" }, conditions: [{ tier: "gold" }] }),
        rateLimiting("tier-others", { type: "api", requests: 1, key: { by: "client" }, conditions: [{ tier: "gold", not: true }] }),
        tokenSecurity("user", { issuers }),
        ...keySecurity(
          "key",
          { alice: "key-of-alice\ntier: gold", bob: "key-of-bob", carol: "key-of-carol", dave: "key-of-dave" },
          { locations: [{ header: "x-key" }, { query: "k" }] },
        ),
        targetEndpoint("tryout", { url: sandbox.url }),
      ],
      {},
      schemes,
    );
  });
  const asked = (target: string, headers: Readonly<Record<string, string>>, times = 4): Promise<readonly number[]> =>
    statuses(times, () => gateway.get(target, headers));

  it("is not that of a token which lets nobody in, beside a key that does", async () => {
    const refused = of({ plan: "gold", sub: "u0" });
    assert.deepEqual(await asked("/plan", refused, 1), [403]);
    assert.deepEqual(await asked("/plan", { "x-key": "key-of-bob", ...refused }), [200, 429, 429, 429]);
    const crit = bearer(issuer.token({ header: { crit: ["x"] }, claims: { plan: "gold", sub: "u2" } }));
    assert.deepEqual(await asked("/plan", { "x-key": "key-of-carol", ...crit }), [200, 429, 429, 429]);
    assert.deepEqual(await asked("/plan", of({ plan: "gold", sub: "u3", scope: "write" })), [200, 200, 200, 429]);
  });

  it("is not that of another client's key", async () => {
    assert.deepEqual(await asked("/tier?k=key-of-alice", { "x-key": "key-of-dave" }), [200, 429, 429, 429]);
    assert.deepEqual(await asked("/tier?k=key-of-alice", {}), [200, 200, 200, 429]);
  });

  it("nor is where a request goes", async () => {
    const of200 = async (headers: Readonly<Record<string, string>>): Promise<string> => (await gateway.get("/sandbox", headers)).body;
    assert.notEqual(await of200({ "x-key": "key-of-bob", ...of({ env: "sandbox" }) }), "sandbox");
    assert.equal(await of200(of({ env: "sandbox", scope: "write" })), "sandbox");
  });
});

describe("a number that names a client", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  const [large, next] = ["175928847299117063", "175928847299117064"];
  before(async () => {
    const security = [{ user: [] }];
    gateway = await limitedGateway(
      scope,
      {
        "/client": limited("each", { security }),
        "/account": limited("account", { security }),
        "/large": limited("large", { security }),
        "/told": guarded({ user: [] }),
      },
      [
        rateLimiting("each", { requests: 1, key: { by: "client" } }),
        rateLimiting("account", { requests: 1, key: { by: "claim", name: "account" } }),
        rateLimiting("large", { requests: 1, conditions: [{ claim: { name: "account", value: large } }] }),
        tokenSecurity("user", { issuers, claimsToHeaders: [{ claim: "uid", header: "x-uid" }] }, { blockedClients: [large] }),
      ],
      {},
      schemes,
    );
  });
  const status = async (target: string, members: string): Promise<number> => (await gateway.get(target, written(members))).status;

  it("is not its neighbour", async () => {
    for (const id of [1234561, 1234562, 9007199254740990]) {
      assert.equal(await status("/client", `"client_id":${id}`), 200);
      assert.equal(await status("/account", `"account":${id}`), 200);
    }
    assert.equal(await status("/client", '"client_id":1234562'), 429);
  });

  it("is kept out with those who cannot be told from it, and counts for none of them", async () => {
    assert.deepEqual([await status("/told", `"client_id":"${large}"`), await status("/told", `"client_id":${large}`)], [403, 403]);
    assert.deepEqual([await status("/large", `"account":${next}`), await status("/large", `"account":${next}`)], [200, 200]);
  });

  it("reaches no backend as another one", async () => {
    assert.equal(await status("/told", '"uid":12345678901'), 200);
    assert.equal(gateway.backend.received.at(-1)?.headers["x-uid"], "12345678901");
    assert.equal(await status("/told", `"uid":${large}`), 403);
    assert.equal(await status("/told", `"uid":"${large}"`), 200);
    assert.equal(gateway.backend.received.at(-1)?.headers["x-uid"], large);
  });
});

describe("a token that is passed on", () => {
  it("is the only one that a backend can find", async (t) => {
    const [good, evil] = [issuer.token(), tokenIssuer(issuer.issuer).token()];
    const gateway = await protectedGateway(t, { paths: { "/query": guarded({ query: [] }), "/cookie": guarded({ cookie: [] }) } }, [
      tokenSecurity("query", { issuers, locations: [{ query: "tok" }], forward: true }),
      tokenSecurity("cookie", { issuers, locations: [{ cookie: "tok" }], forward: true }),
    ]);
    const seen = async (target: string, cookie?: string): Promise<string> => {
      assert.equal((await gateway.get(target, cookie === undefined ? {} : { cookie })).status, 200, target);
      const { path, headers } = gateway.backend.received.at(-1) ?? assert.fail();
      return `${path} ${headers.cookie ?? ""}`;
    };
    for (const more of ["a=1 tok=", 'a="b" tok=', "a=b,tok=", "tok[]=", "tok ="]) {
      const found = await seen("/cookie", `b=2; tok=${good}; ${more}${evil}; c=3`);
      assert.ok(found.includes(good) && !found.includes(evil) && found.includes("b=2") && found.includes("c=3"), `${more}: ${found}`);
    }
    for (const more of ["a=1;tok=", "a=1%3Btok=", "tok[]=", "tok%5B%5D=", "tok%00=", "tok.a=", "a=b,tok="]) {
      const found = await seen(`/query?b=2&tok=${good}&${more}${evil}&c=3&tokens=4`);
      assert.ok(
        found.includes(good) && !found.includes(evil) && found.includes("b=2") && found.includes("c=3&tokens=4"),
        `${more}: ${found}`,
      );
    }
  });
});
