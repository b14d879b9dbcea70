import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { until } from "../../testing/until.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { discoverKeys } from "./discovery.ts";
import { followIssuers } from "./issuers.ts";

/** A server that answers each path with a text, or is not there for it. */
async function serving(t: TestContext, answers: (origin: string) => Readonly<Record<string, string>>): Promise<string> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = createServer((request, response) => {
    const text = answers(origin)[request.url ?? ""];
    const status = text === undefined ? 404 : 200;
    response.writeHead(text?.startsWith("http") ? 302 : status, { location: text ?? "" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  t.after(() => server.close());
  return origin;
}

const said = (issuer: string, url = `${issuer}/keys`): string => JSON.stringify({ issuer, jwks_uri: url });
const fault = (found: Checked<string>): string => (found.ok ? assert.fail("its keys were found") : (found.problems[0]?.message ?? ""));

describe("an issuer's own word on where its keys are", () => {
  it("stands where OpenID Connect says, and else where RFC 8414 says", async (t) => {
    const origin = await serving(t, (own) => ({
      "/tenant/.well-known/openid-configuration": said(`${own}/tenant`),
      "/.well-known/oauth-authorization-server/other": said(`${own}/other`),
      "/slash/.well-known/openid-configuration": said(`${own}/slash/`, `${own}/keys`),
    }));
    assert.deepEqual(await discoverKeys(`${origin}/tenant`), checked(`${origin}/tenant/keys`, []));
    assert.deepEqual(await discoverKeys(`${origin}/other`), checked(`${origin}/other/keys`, []));
    assert.deepEqual(await discoverKeys(`${origin}/slash/`), checked(`${origin}/keys`, []));
  });

  it("does not count where it is another's, leads elsewhere, or is none", async (t) => {
    const origin = await serving(t, (own) => ({
      "/other/.well-known/openid-configuration": said(own),
      "/moved/.well-known/openid-configuration": `${own}/.well-known/openid-configuration`,
      "/.well-known/openid-configuration": said(own),
      "/text/.well-known/openid-configuration": "hello",
      "/bare/.well-known/openid-configuration": JSON.stringify({ issuer: `${own}/bare` }),
      "/file/.well-known/openid-configuration": said(`${own}/file`, "file:///etc/passwd"),
    }));
    assert.match(fault(await discoverKeys(`${origin}/other`)), /is of an issuer that is written otherwise/);
    assert.match(fault(await discoverKeys(`${origin}/moved`)), /cannot be fetched \(.*redirect/);
    assert.match(fault(await discoverKeys(`${origin}/text`)), /is no JSON/);
    for (const name of ["bare", "file"])
      assert.match(fault(await discoverKeys(`${origin}/${name}`)), /names no `jwks_uri` that keys can be fetched from/);
    assert.match(fault(await discoverKeys(`${origin}/none`)), /there is no http/);
    assert.match(fault(await discoverKeys(`http://127.0.0.1:${await freePort()}`)), /cannot be fetched \(.*ECONNREFUSED/);
  });
});

describe("issuers that are followed", () => {
  const nothing = failed(error("MissingValue", wholeFile("issuer"), "nothing"));

  it("are asked once, and again by and by; what was found last is kept", async (t) => {
    let asked = 0;
    let answer: Checked<string> = nothing;
    const changes: string[] = [];
    const discover = async (): Promise<Checked<string>> => {
      asked++;
      return answer;
    };
    const issuers = followIssuers({ discover, everyMs: 5, retryMs: 5, changed: (issuer) => changes.push(issuer) });
    t.after(() => issuers.close());
    const both = await Promise.all([issuers.keysUrl("a"), issuers.keysUrl("a")]);
    assert.deepEqual([both, asked, issuers.version("a")], [[nothing, nothing], 1, ""]);
    answer = checked("keys", []);
    await until("it is found", async () => changes.length === 1, 5_000);
    assert.deepEqual([await issuers.keysUrl("a"), issuers.version("a")], [answer, "keys"]);
    answer = nothing;
    const before = asked;
    await until("it is asked again", async () => asked > before + 1, 5_000);
    assert.deepEqual([await issuers.keysUrl("a"), changes], [checked("keys", []), ["a"]]);
    answer = checked("others", []);
    await until("they are elsewhere", async () => changes.length === 2, 5_000);
    assert.equal(issuers.version("a"), "others");
  });

  it("are forgotten when nobody uses them", async (t) => {
    let asked = 0;
    const discover = async (): Promise<Checked<string>> => {
      asked++;
      return checked(`keys of ${asked}`, []);
    };
    let isUsed = true;
    const issuers = followIssuers({ discover, everyMs: 5, isUsed: () => isUsed });
    t.after(() => issuers.close());
    await issuers.keysUrl("a");
    isUsed = false;
    await until("it is forgotten", async () => issuers.version("a") === "", 5_000);
    assert.ok(asked >= 1);
  });
});
