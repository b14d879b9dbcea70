import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolveCase } from "../../testing/golden-case.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, guarded, keySecurity, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

const issuers = [
  {
    issuer: "https://issuer.test",
    jwks: { inline: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}' },
  },
];
const settings = { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;

/** What is said of a document and its resources. */
function said(document: object, resources: readonly object[]): readonly string[] {
  const whole = { openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" }, ...document };
  const input = [whole, ...resources].map((one) => JSON.stringify(one)).join("\n---\n");
  return resolveCase({ input, settings: { ...settings, requests: [] } }).problems.map(({ reason, severity }) => `${severity} ${reason}`);
}

const keyIn = (place: string, name: string) => ({
  components: { securitySchemes: { key: { type: "apiKey", in: place, name } } },
  paths: { "/pets": guarded({ key: [] }) },
});

describe("names that mean something to Envoy", () => {
  for (const name of ["a)%REQ(:path)%", "a%", "a:b", 'a"b', "a b", "a\nb"])
    for (const place of ["query", "cookie"])
      it(`${JSON.stringify(name)} is no name of a key in the ${place}`, () => {
        assert.deepEqual(said(keyIn(place, name), keySecurity("key", { a: "b" })), ["error BadSecurity"]);
      });

  for (const name of ["a b", "a:b", "a\r\nb", ":path"])
    it(`${JSON.stringify(name)} is no name of a key's header`, () => {
      assert.deepEqual(said(keyIn("header", name), keySecurity("key", { a: "b" })), ["error BadSecurity"]);
    });

  for (const claim of ["a)%REQ(x)%", "https://ns.test/role", "a b"])
    it(`${JSON.stringify(claim)} is no claim for a header`, () => {
      const security = tokenSecurity("user", { issuers, claimsToHeaders: [{ claim, header: "x-user" }] });
      assert.deepEqual(said({ paths: { "/pets": guarded({ user: [] }) } }, [security]), ["error BadSecurity"]);
    });

  for (const jwt of [
    { claims: [{ claim: "a..b", equals: "x" }] },
    { scopeClaim: "roles." },
    { claimsToHeaders: [{ claim: "a\0", header: "x-user" }] },
    { claimsToHeaders: [{ claim: "sub", header: "Host" }] },
    { claimsToHeaders: [{ claim: "sub", header: "content-length" }] },
    { locations: [{ header: "x-token", prefix: "a\n" }] },
  ])
    it(`${JSON.stringify(jwt)} is refused`, () => {
      const document = { paths: { "/pets": guarded({ user: [] }) } };
      assert.deepEqual([...new Set(said(document, [tokenSecurity("user", { issuers, ...jwt })]))], ["error BadSecurity"]);
    });

  for (const scope of ["é", "a|b", "(", "a.c"])
    it(`a scope ${JSON.stringify(scope)} is that scope alone, also in a text inside of a claim`, async (t) => {
      const issuer = tokenIssuer();
      const inside = tokenSecurity("user", {
        issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }],
        scopeClaim: "realm.roles",
      });
      const components = { securitySchemes: { user: { type: "oauth2", flows: {} } } };
      const gateway = await protectedGateway(t, { components, paths: { "/user": guarded({ user: [scope] }) } }, [inside]);
      const status = async (roles: string): Promise<number> =>
        (await gateway.get("/user", bearer(issuer.token({ claims: { realm: { roles } } })))).status;
      assert.equal(await status(`x ${scope} y`), 200);
      assert.equal(await status(scope), 200);
      for (const other of ["x", `${scope}${scope}`, "a", "abc", "b", ""]) assert.equal(await status(other), 403, other);
    });

  it("stand in keys, clients, prefixes and scopes as what they are", async (t) => {
    const odd = `%REQ(:path)% {"a": 'b'} \\ ${"x".repeat(1000)}`;
    const gateway = await protectedGateway(
      t,
      {
        components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" }, user: { type: "oauth2", flows: {} } } },
        paths: { "/key": guarded({ key: [] }), "/user": guarded({ user: ["%REQ(:path)%", "a"] }) },
      },
      [
        ...keySecurity(
          "key",
          { "%REQ(:path)%": odd },
          { locations: [{ header: "x-key", prefix: "%PROTOCOL% " }], clientHeader: "x-client" },
        ),
        tokenSecurity("user", { issuers: [{ ...issuers[0], issuer: '%REQ(:path)%"{' }] }),
      ],
    );
    assert.equal((await gateway.get("/key", { "x-key": `%PROTOCOL% ${odd}` })).status, 200);
    assert.equal(gateway.backend.received.at(-1)?.headers["x-client"], "%REQ(:path)%");
    assert.equal((await gateway.get("/key", { "x-key": `HTTP/1.1 ${odd}` })).status, 401);
    const refused = await gateway.get("/user");
    assert.deepEqual([refused.status, refused.headers["www-authenticate"]], [401, 'Bearer realm="pets", scope="%REQ(:path)% a"']);
  });
});
