import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openIdProvider } from "../../testing/openid-provider.ts";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { until } from "../../testing/until.ts";

const guarded = (...security: readonly object[]) => ({ get: { security, responses: {} } });
const document = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  paths: {
    "/signed": guarded({ signed: ["read"] }),
    "/opaque": guarded({ opaque: ["read"] }),
    "/either": guarded({ signed: ["write"] }, { opaque: ["write"] }),
    "/open": guarded(),
  },
};

const unsigned = (claims: object): string =>
  [{ alg: "RS256", kid: "one" }, claims, "signature"].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");

describe("a real OpenID provider", { timeout: 120_000 }, () => {
  it("says itself where its keys are and which opaque tokens are good, from when it is there", async (t) => {
    const provider = await openIdProvider(t);
    const resources = [
      {
        kind: "Security",
        metadata: { name: "signed" },
        spec: { type: "jwt", jwt: { issuers: [{ issuer: provider.issuer }], audiences: ["pets"] } },
      },
      {
        kind: "Security",
        metadata: { name: "opaque" },
        spec: {
          type: "oauth2",
          oauth2: { introspectionUrl: provider.introspectionUrl, client: { name: "gateway" }, audiences: ["pets"], cacheFor: "0s" },
        },
      },
    ].map((one) => JSON.stringify({ apiVersion: "portico.dev/v1alpha1", ...one }));
    const secret = JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "gateway" }, stringData: provider.gateway });
    const files = { "pets.json": JSON.stringify(document), "resources.yaml": [...resources, secret].join("\n---\n") };
    const portico = await servePortico(t, files, "--mock", "--resources", "resources.yaml");
    const status = async (path: string, token?: string): Promise<number> =>
      (await send(portico.port, { send: `GET ${path}`, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })).status;
    assert.match(portico.stderr.join("\n"), /MissingValue: The keys of the issuer `http:\S+` are not found: .*ECONNREFUSED/);

    assert.deepEqual([await status("/open"), await status("/signed")], [200, 401]);
    const claimed = unsigned({ iss: provider.issuer, aud: "pets", exp: 4e9 });
    assert.deepEqual([await status("/signed", claimed), await status("/opaque", "unknown")], [503, 503]);
    await provider.start();
    const [signed, opaque] = [await provider.token("jwt", "read"), await provider.token("opaque", "read")];
    await until("its keys are found", async () => (await status("/signed", signed)) === 200, 20_000);
    assert.equal(await status("/signed", claimed), 401);
    assert.deepEqual([await status("/opaque", opaque), await status("/opaque", "unknown")], [200, 401]);
    assert.deepEqual([await status("/either", signed), await status("/either", opaque)], [403, 403]);
    const writers = await Promise.all([provider.token("jwt", "write"), provider.token("opaque", "write")]);
    assert.deepEqual(await Promise.all(writers.map((token) => status("/either", token))), [200, 200]);
    assert.deepEqual(await Promise.all(writers.map((token) => status("/signed", token))), [403, 401]);
    await provider.revoke(opaque);
    assert.equal(await status("/opaque", opaque), 401);
  });
});
