import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../../testing/portico.ts";
import { cacheFolder } from "../apply/envoy/binary-cache.ts";
import { devIssuer } from "./own-issuer.ts";

describe("the issuer of `portico run --dev`", () => {
  it("is the same each time, in a file that nobody else may read", async (t) => {
    const env = { XDG_CACHE_HOME: await temporaryFolder(t) };
    const [one, again] = [devIssuer(env), devIssuer(env)];
    assert.deepEqual([one.jwks, one.keyFor("a")], [again.jwks, again.keyFor("a")]);
    assert.notEqual(one.keyFor("a"), one.keyFor("b"));
    const folder = cacheFolder(env);
    assert.deepEqual(readdirSync(folder), ["dev-issuer.pem"]);
    assert.equal(statSync(join(folder, "dev-issuer.pem")).mode & 0o777, 0o600);
  });

  it("is another one where the file is none", async (t) => {
    const env = { XDG_CACHE_HOME: await temporaryFolder(t) };
    const before = devIssuer(env).jwks;
    writeFileSync(join(cacheFolder(env), "dev-issuer.pem"), "");
    const after = devIssuer(env).jwks;
    assert.notEqual(after, before);
    assert.equal(devIssuer(env).jwks, after);
  });
});
