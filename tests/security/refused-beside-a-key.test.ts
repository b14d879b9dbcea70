import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { rateLimiting } from "../limits/limited-gateway.ts";
import { bearer, guarded, keySecurity, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

// What an attacker found of keys and of who calls: each was let in, or told, or counted.

const issuer = tokenIssuer();
const issuers = [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }];
const sandbox = { url: "http://127.0.0.1:1" };
const hourly = rateLimiting("each", { requests: 1, key: { by: "client" } });
const look = (text: string): object => ({ kind: "Code", files: { "look.ts": text } });
const extended = (more: object, security: readonly object[]): object => ({
  get: { security, responses: { 200: { description: "ok" } }, "x-portico": more },
});

describe("what stands for no key", () => {
  const locations = [{ query: "k" }];
  const empty: readonly (readonly [how: string, ...resources: object[]])[] = [
    ["its only client is blocked", ...keySecurity("key", { mallory: "key-of-mallory" }, { locations }, { blockedClients: ["mallory"] })],
    ["its last key was revoked", ...keySecurity("key", {}, { locations: [...locations, { cookie: "k" }, { header: "x-key" }] })],
    ["its Secret is gone", ...keySecurity("key", {}, { locations }).slice(0, 1)],
  ];
  for (const [how, ...resources] of empty)
    it(`lets nobody in where ${how}`, async (t) => {
      const gateway = await protectedGateway(t, { paths: { "/key": guarded({ key: [] }) } }, resources);
      for (const shown of ["%0A", "%0a", "%00", "", "nobody", "%0D%0A", "key-of-mallory"])
        for (const [target, headers] of [
          [`/key?k=${shown}`, {}],
          ["/key", { cookie: `k=${shown}` }],
          ["/key", { "x-key": shown }],
        ] as const)
          assert.equal((await gateway.get(target, headers)).status, 401, `${target} ${JSON.stringify(headers)}`);
      assert.equal(gateway.backend.received.length, 0);
    });
});

describe("a signed key that is refused, beside an opaque one", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const signed = { issuers, claims: [{ claim: "verified", equals: "true" }] };
    const locations = [{ header: "x-signed" }, { query: "s" }, { cookie: "s" }];
    const paths = {
      "/seen": extended({ interceptors: { request: "./look.ts" } }, [{ both: [] }]),
      "/limited": extended({ rateLimit: "each" }, [{ both: [] }]),
      "/tried": extended({ sandbox, sandboxWhen: { claim: "keytype", value: "SANDBOX" } }, [{ both: [] }]),
    };
    gateway = await protectedGateway(scope, { paths }, [
      ...keySecurity("both", { partner: "key-of-partner" }, { signed, locations }),
      look(
        'export default (request: Request, { claims, client }: { claims?: unknown; client?: string }) => request.headers.set("x-caller", JSON.stringify([claims ?? null, client ?? null]));',
      ),
      hourly,
    ]);
  });
  const own = { "x-signed": "key-of-partner" };
  /** What somebody may send who has a key of his own and a token that is refused. */
  const everywhere = (sub: string): readonly (readonly [query: string, headers: Readonly<Record<string, string>>])[] => {
    const token = issuer.token({ claims: { sub, verified: false, keytype: "SANDBOX" } });
    return [
      [`?s=${token}`, own],
      ["", { ...own, cookie: `s=${token}` }],
    ];
  };

  it("tells functions nothing of its caller", async () => {
    for (const [query, headers] of everywhere("victim")) {
      await gateway.get(`/seen${query}`, headers);
      assert.doesNotMatch(String(gateway.backend.received.at(-1)?.headers["x-caller"]), /victim/);
    }
    assert.equal((await gateway.get("/seen", own)).status, 200);
    assert.match(String(gateway.backend.received.at(-1)?.headers["x-caller"]), /"partner"\]$/);
  });

  it("counts for nobody else, and leads to no sandbox", async () => {
    assert.deepEqual([(await gateway.get("/limited", own)).status, (await gateway.get("/limited", own)).status], [200, 429]);
    for (const sub of ["x1", "victim"])
      for (const [query, headers] of everywhere(sub)) assert.notEqual((await gateway.get(`/limited${query}`, headers)).status, 200);
    const good = issuer.token({ claims: { sub: "victim", verified: true } });
    assert.equal((await gateway.get("/limited", { "x-signed": good })).status, 200);
    for (const [query, headers] of everywhere("x1")) assert.ok([200, 403].includes((await gateway.get(`/tried${query}`, headers)).status));
  });
});

describe("a header in which backends are told who calls", () => {
  it("is no client's to write: not for functions, limits or the sandbox, and at no operation", async (t) => {
    const paths = {
      "/seen": extended({ interceptors: { request: "./look.ts" } }, [{ told: [] }]),
      "/open": extended({ interceptors: { request: "./look.ts" } }, []),
      "/limited": extended({ rateLimit: "named" }, [{ told: [] }]),
      "/tried": extended({ sandbox, sandboxWhen: { header: "x-user", value: "test" } }, [{ told: [] }]),
    };
    const gateway = await protectedGateway(t, { paths }, [
      tokenSecurity("told", { issuers, claimsToHeaders: [{ claim: "sub", header: "X-User" }] }),
      look('export default (request: Request) => request.headers.set("x-looked", request.headers.get("x-user") ?? "none");'),
      rateLimiting("named", { requests: 1, key: { by: "header", name: "x-user" } }),
    ]);
    const ann = bearer(issuer.token({ claims: { sub: "ann" } }));
    const said = async (target: string, headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const { status } = await gateway.get(target, headers);
      const { "x-user": name, "x-looked": looked } = gateway.backend.received.at(-1)?.headers ?? {};
      return [status, name, looked];
    };
    for (const name of ["x-user", "X-USER"]) {
      assert.deepEqual(await said("/seen", { ...ann, [name]: "evil" }), [200, "ann", "none"]);
      assert.deepEqual(await said("/open", { [name]: "evil" }), [200, undefined, "none"]);
    }
    const limited: number[] = [];
    for (const value of ["1", "2", "3"]) limited.push((await gateway.get("/limited", { ...ann, "x-user": value })).status);
    assert.deepEqual(limited, [200, 429, 429]);
    assert.equal((await gateway.get("/tried", { ...ann, "x-user": "test" })).status, 200);
  });
});
