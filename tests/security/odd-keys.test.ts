import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, guarded, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

const good = tokenIssuer("https://good.test");
const odd = tokenIssuer("https://odd.test", "RS256");
const [key = {}]: readonly Readonly<Record<string, string>>[] = JSON.parse(odd.jwks).keys;

describe("keys of issuers that are written oddly", () => {
  const scope = suiteScope();

  it("verify tokens where they are keys all the same, and hold up nobody else's where they are none", async () => {
    const standard = Buffer.from(key.n ?? "", "base64url").toString("base64");
    const written: readonly (readonly [status: number, key: object])[] = [
      [200, key],
      [200, { ...key, n: standard }],
      [200, { ...key, n: standard.replaceAll("=", ""), e: "AQAB=" }],
      [200, { ...key, x5c: ["nothing"], x5t: 7, key_ops: ["verify"] }],
      [401, { ...key, e: "AQ" }],
      [401, { ...key, e: "AQAAAAAB" }],
      [401, { ...key, n: Buffer.alloc(2200, 0xff).toString("base64url") }],
      [401, { ...key, kid: "\ud800" }],
    ];
    const issuers = written.map(([, one], index) => ({
      issuer: `https://odd-${index}.test`,
      jwks: { inline: JSON.stringify({ keys: [one] }) },
    }));
    const gateway = await protectedGateway(scope, { paths: { "/good": guarded({ good: [] }), "/odd": guarded({ odd: [] }) } }, [
      tokenSecurity("good", { issuers: [{ issuer: good.issuer, jwks: { inline: good.jwks } }] }),
      tokenSecurity("odd", { issuers }),
    ]);
    const status = async (path: string, token: string): Promise<number> => (await gateway.get(path, bearer(token))).status;
    assert.equal(await status("/good", good.token()), 200);
    const found: number[] = [];
    for (const { issuer } of issuers) found.push(await status("/odd", odd.token({ claims: { iss: issuer } })));
    assert.deepEqual(
      found,
      written.map(([expected]) => expected),
    );
  });

  it("Envoy takes whatever is left of any, a hundred at a time", async () => {
    const text = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.constantFrom(...Object.values(key), "AQAB", "AQ", "\ud800", "RS256", "ES256", "sig"),
    );
    const member = fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text));
    const names = ["kty", "crv", "n", "e", "x", "y", "kid", "alg", "use", "x5c", "key_ops"];
    const change = fc.dictionary(fc.constantFrom(...names), member, { maxKeys: 3 });
    const base = fc.constantFrom<object>(key, {}, { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    const any = fc.tuple(base, change).map(([one, other]) => ({ ...one, ...other }));
    const issuers = fc.sample(any, 100).map((one, index) => ({
      issuer: `https://odd-${index}.test`,
      jwks: { inline: JSON.stringify({ keys: [one, ...JSON.parse(good.jwks).keys] }) },
    }));
    const gateway = await protectedGateway(scope, { paths: { "/odd": guarded({ odd: [] }) } }, [tokenSecurity("odd", { issuers })]);
    assert.equal((await gateway.get("/odd", bearer(good.token({ claims: { iss: "https://odd-99.test" } })))).status, 200);
  });
});
