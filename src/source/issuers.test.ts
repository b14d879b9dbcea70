import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { freePort } from "../../testing/free-port.ts";
import { until } from "../../testing/until.ts";
import { type Checked, checked, error, failed, wholeFile } from "../problem.ts";
import { discoverKeys } from "./discovery.ts";
import { followIssuers, type Issuers } from "./issuers.ts";

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

const keysUrl = async (issuers: Issuers, name: string): Promise<Checked<string> | undefined> => (await issuers.keysUrls([name])).get(name);

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
    const both = await Promise.all([keysUrl(issuers, "a"), keysUrl(issuers, "a")]);
    assert.deepEqual([both, asked, issuers.version("a")], [[nothing, nothing], 1, ""]);
    answer = checked("keys", []);
    await until("it is found", async () => changes.length === 1, 5_000);
    assert.deepEqual([await keysUrl(issuers, "a"), issuers.version("a")], [answer, "keys"]);
    answer = nothing;
    const before = asked;
    await until("it is asked again", async () => asked > before + 1, 5_000);
    assert.deepEqual([await keysUrl(issuers, "a"), changes], [checked("keys", []), ["a"]]);
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
    await keysUrl(issuers, "a");
    isUsed = false;
    await until("it is forgotten", async () => issuers.version("a") === "", 5_000);
    assert.ok(asked >= 1);
  });

  describe("that are silent", () => {
    const many = Array.from({ length: 1000 }, (_, index) => `issuer ${index}`);

    it("hold up who asks for all of them once, and who asks again not at all", async (t) => {
      let asked = 0;
      const discover = (): Promise<Checked<string>> => {
        asked++;
        return new Promise(() => {});
      };
      const issuers = followIssuers({ discover, patienceMs: 20 });
      t.after(() => issuers.close());
      const answers = await issuers.keysUrls(many);
      assert.equal(answers.size, 1000);
      for (const answer of answers.values()) assert.match(fault(answer), /does not answer in time/);
      const turn = new Promise((resolve) => setImmediate(resolve, "waited"));
      assert.deepEqual(await Promise.race([issuers.keysUrls(many), turn]), answers);
      assert.equal(asked, 64);
      const other = keysUrl(issuers, "of somebody else");
      assert.equal(asked, 65);
      await other;
    });

    it("are news once they answer, each in its turn", async (t) => {
      const waiting: (() => void)[] = [];
      const changes: string[] = [];
      const discover = (issuer: string): Promise<Checked<string>> =>
        new Promise((resolve) => waiting.push(() => resolve(checked(`keys of ${issuer}`, []))));
      const issuers = followIssuers({ discover, patienceMs: 20, changed: (issuer) => changes.push(issuer) });
      t.after(() => issuers.close());
      await issuers.keysUrls(many);
      assert.deepEqual([changes, issuers.version("issuer 999")], [[], ""]);
      await until("all have answered", async () => {
        for (const answer of waiting.splice(0)) answer();
        return changes.length === 1000;
      });
      assert.deepEqual(changes, many);
      assert.deepEqual(await keysUrl(issuers, "issuer 999"), checked("keys of issuer 999", []));
    });

    it("are asked no more after the end", async () => {
      const asked: string[] = [];
      let end = (): void => {};
      const discover = (issuer: string): Promise<Checked<string>> => {
        asked.push(issuer);
        return new Promise((resolve) => {
          end = () => resolve(nothing);
        });
      };
      const issuers = followIssuers({ discover, patienceMs: 20 });
      await issuers.keysUrls(many);
      issuers.close();
      end();
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(asked.length, 64);
    });
  });
});
