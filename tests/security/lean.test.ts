import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { leanFiles } from "../../bench/lean.ts";
import { accepted, elliptic, issuer, issuers, odd, refused, tooLarge } from "../../testing/odd-tokens.ts";
import { suiteScope } from "../../testing/scope.ts";
import { bearer, guarded, protectedGateway, tokenSecurity } from "./protected-gateway.ts";

// What `npm run bench -- security` compares with must check the same, or the comparison says nothing.

describe("the leanest gateway by hand", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const securities = [tokenSecurity("user", { issuers, audiences: ["pets"] })];
    const mutated = (files: ReadonlyMap<string, string>) => leanFiles(files, [issuer, elliptic]);
    gateway = await protectedGateway(scope, { paths: { "/pets": guarded({ user: ["read"] }) } }, securities, { mutated });
  });
  const scoped = (parts: (typeof refused)[number][1]) => ({ ...parts, claims: { scope: "read", ...parts.claims } });

  it("refuses what Portico refuses", async () => {
    const rows = [
      ...refused.map(([what, parts]) => [what, "/pets", bearer(issuer.token(scoped(parts)))] as const),
      ...odd,
      ["zeros", "/pets", bearer(elliptic.token(scoped({ signature: () => Buffer.alloc(64).toString("base64url") })))] as const,
      ["no scope", "/pets", bearer(issuer.token())] as const,
      ["no token", "/pets", {}] as const,
    ];
    for (const [what, target, headers] of rows) {
      const { status } = await gateway.get(target, headers);
      // By itself Envoy answers 403 for another audience.
      assert.ok(status === 401 || status === 403, `${what}: ${status}`);
    }
    for (const [what, claims] of tooLarge) assert.equal((await gateway.get("/pets", bearer(issuer.token({ claims })))).status, 431, what);
    assert.deepEqual(gateway.backend.received, []);
  });

  it("lets in what Portico lets in", async () => {
    for (const [what, parts, scheme = "Bearer"] of accepted) {
      const authorization = `${scheme} ${issuer.token(scoped(parts))}`;
      assert.equal((await gateway.get("/pets", { authorization })).status, 200, what);
    }
    assert.equal((await gateway.get("/pets", bearer(elliptic.token({ claims: { scope: "write read" } })))).status, 200);
  });
});
