import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { type Algorithm, tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, guarded, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

const issuer = tokenIssuer();
const issuers = [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }];
const security = (name: string, jwt: object, more: object = {}): object => tokenSecurity(name, { issuers, ...jwt }, more);

describe("what a Security says of tokens", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  const names = [
    "equals",
    "one-of",
    "contains",
    "nested",
    "number",
    "truth",
    "custom",
    "short",
    "placed",
    "kept",
    "told",
    "always",
    "blocking",
    "exact",
    "each-time",
  ];
  before(async () => {
    const claim = (rule: object): object => ({ claims: [rule] });
    gateway = await protectedGateway(
      scope,
      {
        paths: {
          ...Object.fromEntries(names.map((name) => [`/${name}`, guarded({ [name]: [] })])),
          "/scoped": guarded({ custom: ["admin"] }),
        },
      },
      [
        security("equals", claim({ claim: "team", equals: "red" })),
        security("one-of", claim({ claim: "team", oneOf: ["red", "blue"] })),
        security("contains", claim({ claim: "groups", contains: "staff" })),
        security("nested", claim({ claim: "realm_access.roles", contains: "admin" })),
        security("number", claim({ claim: "level", equals: "7" })),
        security("truth", claim({ claim: "verified", equals: "true" })),
        security("custom", { scopeClaim: "permissions" }),
        security("short", { maxLifetime: "10m" }),
        security("placed", { locations: [{ header: "x-token" }, { query: "token" }, { cookie: "token" }] }),
        security("kept", { forward: true }),
        security("told", {
          claimsToHeaders: [
            { claim: "sub", header: "x-user" },
            { claim: "org.name", header: "x-org" },
          ],
        }),
        security("exact", { clockSkew: "2s" }),
        security("each-time", { cache: false }),
        security("always", {}, { scopes: ["base"] }),
        security("blocking", {}, { blockedClients: ["robot", "42", "1".repeat(400), "175928847299117063"] }),
      ],
    );
  });

  const status = async (name: string, claims: object, headers: object = {}): Promise<number> =>
    (await gateway.get(`/${name}`, { ...bearer(issuer.token({ claims: { ...claims } })), ...headers })).status;

  const cases: readonly (readonly [what: string, name: string, good: object, bad: object, refused: 401 | 403])[] = [
    ["a claim that equals", "equals", { team: "red" }, { team: "reddish" }, 403],
    ["a claim that is missing", "equals", { team: "red" }, {}, 403],
    ["a claim that is one of several", "one-of", { team: "blue" }, { team: "green" }, 403],
    ["a list that contains", "contains", { groups: ["guests", "staff"] }, { groups: ["guests"] }, 403],
    ["a list within an object", "nested", { realm_access: { roles: ["admin"] } }, { realm_access: { roles: ["user"] } }, 403],
    ["a number", "number", { level: 7 }, { level: 8 }, 403],
    ["a truth value", "truth", { verified: true }, { verified: false }, 403],
    ["scopes as a text in a claim of one's own", "scoped", { permissions: "read admin" }, { permissions: "read" }, 403],
    ["scopes as a list in it", "scoped", { permissions: ["admin"] }, { permissions: [] }, 403],
    ["scopes elsewhere", "scoped", { permissions: "admin" }, { scope: "admin" }, 403],
    ["a scope that every operation needs", "always", { scope: "base" }, { scope: "other" }, 403],
    ["a scope in scp", "always", { scp: ["base"] }, { scp: ["bases"] }, 403],
    ["a client that is blocked", "blocking", { client_id: "human" }, { client_id: "robot" }, 403],
    ["a client that is blocked, whose name is a number", "blocking", { client_id: 41 }, { client_id: 42 }, 403],
    [
      "a client whose number nobody can tell from a blocked one",
      "blocking",
      { client_id: 175928847299110000 },
      { client_id: 175928847299117060 },
      403,
    ],
    ["a client that is blocked, in azp", "blocking", { azp: "human" }, { azp: "robot" }, 403],
  ];
  for (const [what, name, good, bad, refused] of cases)
    it(what, async () => {
      assert.equal(await status(name, good), 200);
      assert.equal(await status(name, bad), refused);
    });

  it("how far away a token's end is at most, whenever it began", async () => {
    const now = Math.floor(Date.now() / 1000);
    assert.equal(await status("short", { iat: now - 100_000, exp: now + 500 }), 200);
    assert.equal(await status("short", { iat: now, exp: now + 500 }), 200);
    assert.equal(await status("short", { iat: now, exp: now + 3600 }), 401);
  });

  it("how long past its end a token is good (`clockSkew`): not as long as where nothing is said", async () => {
    const now = Math.floor(Date.now() / 1000);
    assert.equal(await status("exact", { exp: now + 60 }), 200);
    assert.equal(await status("exact", { exp: now - 30 }), 401);
    assert.equal(await status("custom", { exp: now - 30 }), 200, "by the default of a minute");
  });

  it("that nothing is remembered (`cache: false`): a good token is good each time, and one changed in a letter never", async () => {
    const token = issuer.token();
    for (let time = 0; time < 3; time++) {
      assert.equal((await gateway.get("/each-time", bearer(token))).status, 200);
      assert.equal((await gateway.get("/each-time", bearer(`${token.slice(0, -5)}AAAAA`))).status, 401);
    }
  });

  it("where a token is looked for, and nowhere else", async () => {
    const token = issuer.token();
    assert.equal((await gateway.get("/placed", { "x-token": token })).status, 200);
    assert.equal((await gateway.get(`/placed?a=b&token=${token}&c=d`)).status, 200);
    assert.equal(gateway.backend.received.at(-1)?.path, "/placed?a=b&c=d");
    assert.equal((await gateway.get("/placed", { cookie: `a=b; token=${token}` })).status, 200);
    assert.equal(gateway.backend.received.at(-1)?.headers.cookie, "a=b");
    assert.equal((await gateway.get("/placed", bearer(token))).status, 401);
  });

  it("that the backend sees no token beside the one that counted, wherever else one stands", async () => {
    const [good, bad] = [issuer.token(), tokenIssuer().token()];
    const requests: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      [`/placed?token=${good}&a=%26token%3D1&token=${bad}`, {}],
      [`/placed?%74oken=${bad}&token=${good}&tok%65n=${bad}`, {}],
      [`/placed?token=${bad}`, { cookie: `token=${good}; a=b; token=${bad}` }],
      [`/placed?token=${bad}`, { "x-token": good, cookie: `token=${bad};a=b` }],
    ];
    for (const [target, headers] of requests) {
      const before = gateway.backend.received.length;
      await gateway.get(target, headers);
      for (const { path, headers: seen } of gateway.backend.received.slice(before))
        assert.doesNotMatch(`${path} ${JSON.stringify(seen)}`, /eyJ|[?&]t/, target);
    }
    await gateway.get(`/placed?token=${good}&a=%26token%3D1&b=+%zz`, {});
    assert.equal(gateway.backend.received.at(-1)?.path, "/placed?a=%26token%3D1&b=+%zz", "what is left is as it came");
  });

  it("whether the backend sees it", async () => {
    await gateway.get("/kept", bearer(issuer.token()));
    assert.match(String(gateway.backend.received.at(-1)?.headers.authorization), /^Bearer ey/);
    await gateway.get("/equals", bearer(issuer.token({ claims: { team: "red" } })));
    assert.equal(gateway.backend.received.at(-1)?.headers["x-user"], undefined);
  });

  it("what the backend is told of who calls, which no client can say itself", async () => {
    const forged = { "x-user": "root", "x-org": "evil" };
    await gateway.get("/told", { ...bearer(issuer.token({ claims: { org: { name: "acme" } } })), ...forged });
    const { headers } = gateway.backend.received.at(-1) ?? assert.fail("nothing was received");
    assert.deepEqual([headers["x-user"], headers["x-org"]], ["ann", "acme"]);
    await gateway.get("/told", { ...bearer(issuer.token()), ...forged });
    assert.equal(gateway.backend.received.at(-1)?.headers["x-org"], undefined);
    await gateway.get("/truth", { ...bearer(issuer.token({ claims: { verified: true } })), ...forged });
    assert.equal(gateway.backend.received.at(-1)?.headers["x-user"], undefined, "by another Security's operation");
  });
});

describe("a claim that is no text for a header", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const told = security("told", { claimsToHeaders: [{ claim: "name", header: "x-name" }] });
    gateway = await protectedGateway(scope, { paths: { "/told": guarded({ told: [] }) } }, [told]);
  });
  const ask = (name: unknown) => gateway.get("/told", bearer(issuer.token({ claims: { name } })));

  for (const name of ["a\r\nx-evil: 1", "a\nx-evil: 1\n\nGET /told HTTP/1.1", "a\0b"])
    it(`${JSON.stringify(name)} brings no header of its own: the request is refused`, async () => {
      const before = gateway.backend.received.length;
      assert.equal((await ask(name)).status, 500);
      assert.equal(gateway.backend.received.length, before);
    });

  it("%REQ(:path)% is not read as one of Envoy's commands", async () => {
    await ask("%REQ(:path)%");
    assert.equal(gateway.backend.received.at(-1)?.headers["x-name"], "%REQ(:path)%");
  });
});

describe("algorithms", () => {
  const scope = suiteScope();
  const usual: readonly Algorithm[] = ["RS256", "PS256", "ES256", "EdDSA"];
  const all: readonly Algorithm[] = [...usual, "RS384", "RS512", "PS384", "PS512", "ES384", "ES512"];
  const from = new Map(all.map((algorithm) => [algorithm, tokenIssuer(`https://${algorithm.toLowerCase()}.test`, algorithm)]));
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = Object.fromEntries(["usual", ...all].map((name) => [`/${name}`, guarded({ [name.toLowerCase()]: [] })]));
    const every = [...from.values()].map(({ issuer, jwks }) => ({ issuer, jwks: { inline: jwks } }));
    gateway = await protectedGateway(scope, { paths }, [
      tokenSecurity("usual", { issuers: every }),
      ...all.map((algorithm) => tokenSecurity(algorithm.toLowerCase(), { issuers: every, algorithms: [algorithm] })),
    ]);
  });

  for (const algorithm of all)
    it(`${algorithm} is taken where it is allowed, and nowhere else`, async () => {
      const token = from.get(algorithm)?.token() ?? "";
      const status = async (name: string): Promise<number> => (await gateway.get(`/${name}`, bearer(token))).status;
      assert.equal(await status("usual"), usual.includes(algorithm) ? 200 : 401);
      for (const allowed of all) assert.equal(await status(allowed), allowed === algorithm ? 200 : 401, allowed);
    });
});
