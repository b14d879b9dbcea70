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
const cors = { "x-portico": { cors: { origins: ["https://app.test"] } } };

describe("what an attacker found stays mended", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = {
      "/cors": { ...guarded({ key: [] }), ...cors },
      "/either": guarded({ user: [] }, { key: [] }),
      "/two": guarded({ one: [], other: [] }),
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

  it("one cookie is not the key of two Securities", async () => {
    const status = async (cookie: string): Promise<number> => (await gateway.get("/two", { cookie })).status;
    assert.deepEqual([await status("one=same"), await status("other=same"), await status("one=same; other=same")], [401, 401, 200]);
  });
});
