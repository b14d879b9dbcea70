import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { hashSync } from "bcryptjs";
import { aSecondMs } from "../../testing/a-second.ts";
import { freePort } from "../../testing/free-port.ts";
import { servePortico } from "../../testing/portico.ts";
import { send } from "../../testing/raw-request.ts";
import { http1Load, http2Load } from "../../testing/steady-load.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { until } from "../../testing/until.ts";
import { bearer, guarded, keySecurity, secret, security, tokenSecurity } from "./protected-gateway.ts";

const steady = tokenIssuer();
const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Pets", version: "1.0.0" },
  paths: { "/user": guarded({ user: [] }), "/key": guarded({ key: [] }), "/open": guarded() },
});
const withStaff = JSON.stringify({
  ...JSON.parse(document),
  paths: { "/user": guarded({ user: [] }), "/key": guarded({ key: [] }), "/staff": guarded({ staff: [] }) },
});

/** A user whose hash is quick: a name that nobody has takes as long as this one, so that who waits for a user does not wait for guesses. */
const quick = `quick:${hashSync("quick", 4)}`;

/** A Security whose users are in a Secret, each with the name as the password, or as whole lines. */
const staff = (...names: readonly string[]): readonly object[] => [
  security("staff", { type: "basic", basic: { users: { name: "staff" } } }),
  secret("staff", {
    htpasswd: names
      .map((name) => (name.includes(":") ? name : `${name}:{SHA}${createHash("sha1").update(name).digest("base64")}`))
      .join("\n"),
  }),
];
const basic = (name: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${name}`).toString("base64")}` });
const yaml = (...objects: readonly object[]): string => objects.map((one) => JSON.stringify(one)).join("\n---\n");
const locations = { locations: [{ header: "x-api-key" }] };

/** With the Security of the tokens, which the document needs, too. */
const userAnd = (others: readonly object[]): readonly object[] => [
  tokenSecurity("user", { issuers: [{ issuer: steady.issuer, jwks: { inline: steady.jwks } }] }),
  ...others,
];

/** Both sets as one. */
const together = (...sets: readonly string[]): string => JSON.stringify({ keys: sets.flatMap((set) => JSON.parse(set).keys) });

describe("what credentials are checked with is changed while requests come", { timeout: 180_000 }, () => {
  it("24 times, each seen in effect, over 20,000 requests: none is refused", async (t) => {
    const user = tokenSecurity("user", { issuers: [{ issuer: steady.issuer, jwks: { file: "keys.json" } }] });
    const keysWith = (keys: Readonly<Record<string, string>>): string =>
      yaml(...keySecurity("key", { steady: "steady", ...keys }, locations));
    const files = {
      ...{ "pets.json": withStaff, "keys.json": steady.jwks, "user.yaml": yaml(user), "clients.yaml": keysWith({}) },
      "staff.yaml": yaml(...staff("steady", quick)),
    };
    const resources = ["user.yaml", "clients.yaml", "staff.yaml"].flatMap((name) => ["--resources", name]);
    const gateway = await servePortico(t, files, "--mock", "--watch", ...resources);
    const loads = [
      http1Load(t, gateway.port, "/user", 4, bearer(steady.token())),
      http2Load(t, gateway.port, "/key", 4, { "x-api-key": "steady" }),
      http1Load(t, gateway.port, "/staff", 2, basic("steady")),
    ];
    const status = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
      (await send(gateway.port, { send: `GET ${path}`, headers })).status;
    let slowest = 0;
    const seen = async (
      what: string,
      change: () => Promise<void>,
      path: string,
      headers: Readonly<Record<string, string>>,
      wanted: number,
    ) => {
      await change();
      const began = performance.now();
      // Whoever guesses five times in a row is refused unseen for a second: who asks for a user asks more seldom.
      const pauseMs = path === "/staff" ? 200 : 10;
      await until(what, async () => (await status(path, headers)) === wanted, 10_000, pauseMs);
      const took = performance.now() - began;
      assert.ok(took < aSecondMs(), `${what}: ${took} ms`);
      slowest = Math.max(slowest, took);
    };
    // The thread that compares passwords begins with the first wrong one: that is no part of a change.
    assert.equal(await status("/staff", basic("nobody")), 401);
    for (let round = 0; round < 4; round++) {
      const next = tokenIssuer(steady.issuer, "ES256", `round-${round}`);
      const guest = { "x-api-key": `guest-${round}` };
      const write = (name: string, text: string) => () => gateway.write(name, text);
      await seen("a second key", write("keys.json", together(steady.jwks, next.jwks)), "/user", bearer(next.token()), 200);
      await seen("the second key gone", write("keys.json", steady.jwks), "/user", bearer(next.token()), 401);
      await seen("a second client", write("clients.yaml", keysWith({ guest: `guest-${round}` })), "/key", guest, 200);
      await seen("the second client gone", write("clients.yaml", keysWith({})), "/key", guest, 401);
      const second = `user-${round}`;
      await seen("a second user", write("staff.yaml", yaml(...staff("steady", quick, second))), "/staff", basic(second), 200);
      await seen("the second user gone", write("staff.yaml", yaml(...staff("steady", quick))), "/staff", basic(second), 401);
    }
    const total = (): number => loads.reduce((sum, { seen: all }) => sum + all.requests, 0);
    await until("20,000 requests", () => total() > 20_000, 120_000);
    for (const load of loads) {
      await load.stop();
      assert.deepEqual(load.seen.failures, []);
      assert.equal(load.seen.closed, 0);
    }
    t.diagnostic(`the slowest of 24 changes was seen after ${Math.round(slowest)} ms; ${total()} requests`);
  });

  it("to a set that is none: that is said, and the last good one serves on", async (t) => {
    const user = tokenSecurity("user", { issuers: [{ issuer: steady.issuer, jwks: { file: "keys.json" } }] });
    const files = {
      "pets.json": document,
      "keys.json": steady.jwks,
      "user.yaml": yaml(user, ...keySecurity("key", { a: "a" }, locations)),
    };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "user.yaml");
    await gateway.write("keys.json", sharedSecret);
    assert.match(await gateway.says(/private or shared key/), /Tokens of `https:\/\/issuer\.test` are refused/);
    await gateway.says(/Until then what it held before counts/);
    const answer = await send(gateway.port, { send: "GET /user", headers: bearer(steady.token()) });
    assert.equal(answer.status, 200);
    assert.ok(!gateway.stderr.join("\n").includes("c2VjcmV0"), "the key is told to nobody");
  });

  it("to keys of which one can be shown by no request: that is said, and the others are good", async (t) => {
    const key = keySecurity("key", { a: "key-of-a" }, locations);
    const files = { "pets.json": document, "key.yaml": yaml(...userAnd(key)) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "key.yaml");
    await gateway.write("key.yaml", yaml(...userAnd(keySecurity("key", { a: "key-of\0-a", b: " b", c: "key of c" }, locations))));
    assert.match(await gateway.says(/cannot stand in a header/), /the keys of `a`, `b` cannot/);
    const status = async (key: string) => (await send(gateway.port, { send: "GET /key", headers: { "x-api-key": key } })).status;
    await until("the good one counts", async () => (await status("key of c")) === 200);
    assert.equal(await status("key-of-a"), 401, "what is not there any longer is no good");
  });

  it("to one that is revoked while another file holds something wrong: what is revoked is gone at once", async (t) => {
    const key = keySecurity("key", { a: "key-of-a", mallory: "key-of-mallory" }, locations);
    const files = { "pets.json": withStaff, "key.yaml": yaml(...userAnd(key)), "staff.yaml": yaml(...staff("alice")) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "key.yaml", "--resources", "staff.yaml");
    const status = async (name: string) =>
      (await send(gateway.port, { send: "GET /key", headers: { "x-api-key": `key-of-${name}` } })).status;
    const ofStaff = async () => (await send(gateway.port, { send: "GET /staff", headers: basic("alice") })).status;
    assert.deepEqual([await status("mallory"), await ofStaff()], [200, 200]);
    await gateway.write("staff.yaml", yaml(...staff("alice")).replace("alice:", "alice"));
    await gateway.says(/no name and hash with a colon.*Until then what it held before counts/);
    await gateway.write("key.yaml", yaml(...userAnd(keySecurity("key", { a: "key-of-a" }, locations))));
    await until("the key is gone", async () => (await status("mallory")) === 401);
    assert.deepEqual([await status("a"), await ofStaff()], [200, 200], "the others are as before");
  });

  it("to one that is revoked, where another of its file was wrong from the beginning: it is gone at once", async (t) => {
    const all = { alice: "key-of-alice", one: "same", other: "same" };
    const file = (names: readonly string[], keys: object) =>
      yaml(...userAnd([...keySecurity("key", { ...keys }, locations), ...staff(...names)])).replace("odd:{SHA}", "odd:$apr1$");
    const files = { "pets.json": withStaff, "all.yaml": file(["alice", "odd"], all) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "all.yaml");
    const byKey = async (key: string) => (await send(gateway.port, { send: "GET /key", headers: { "x-api-key": key } })).status;
    const byPassword = async (name: string) => (await send(gateway.port, { send: "GET /staff", headers: basic(name) })).status;
    assert.deepEqual([await byKey("key-of-alice"), await byPassword("alice")], [200, 200]);
    await gateway.write("all.yaml", file(["carol", "odd"], { carol: "key-of-carol", one: "same", other: "same" }));
    await until("alice is out", async () => (await byKey("key-of-alice")) === 401 && (await byPassword("alice")) === 401);
    assert.deepEqual([await byKey("key-of-carol"), await byPassword("carol")], [200, 200], "who is new is in");
  });

  it("to a set with one key gone and one that is none: what is gone is no good, and what is left is", async (t) => {
    const [gone, left] = [tokenIssuer(steady.issuer, "ES256", "gone"), tokenIssuer(steady.issuer, "ES256", "left")];
    const user = tokenSecurity("user", { issuers: [{ issuer: steady.issuer, jwks: { file: "keys.json" } }] });
    const files = {
      ...{ "pets.json": document, "keys.json": together(gone.jwks, left.jwks) },
      "user.yaml": yaml(user, ...keySecurity("key", { a: "a" }, locations)),
    };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "user.yaml");
    const status = async (one: typeof gone) => (await send(gateway.port, { send: "GET /user", headers: bearer(one.token()) })).status;
    assert.deepEqual([await status(gone), await status(left)], [200, 200]);
    await gateway.write("keys.json", together(left.jwks, sharedSecret));
    await gateway.says(/private or shared key.*The others count/);
    await until("the key is gone", async () => (await status(gone)) === 401);
    assert.equal(await status(left), 200);
  });

  it("to one that is revoked while a document is wrong: the last good document serves, without it", async (t) => {
    const files = { "pets.json": document, "key.yaml": yaml(...userAnd(keySecurity("key", { a: "a", bob: "b" }, locations))) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "key.yaml");
    const status = async (key: string) => (await send(gateway.port, { send: "GET /key", headers: { "x-api-key": key } })).status;
    assert.deepEqual([await status("a"), await status("b")], [200, 200]);
    await gateway.write("pets.json", document.replace('"security":[', '"security":[null,'));
    await gateway.says(/error WrongType|error WrongValue/);
    const blocking = keySecurity("key", { a: "a", bob: "b" }, locations, { blockedClients: ["bob"] });
    await gateway.write("key.yaml", yaml(...userAnd(blocking)));
    await until("bob is blocked", async () => (await status("b")) === 401);
    assert.equal(await status("a"), 200);
  });

  it("to one that is revoked while another resource is wrong: what is wrong counts as before, and what is revoked is gone", async (t) => {
    const endpoint = (url: string) =>
      yaml({ apiVersion: "portico.dev/v1alpha1", kind: "TargetEndpoint", metadata: { name: "other" }, spec: { urls: [url] } });
    const key = (keys: Readonly<Record<string, string>>) => yaml(...keySecurity("key", keys, locations));
    const files = {
      ...{ "pets.json": document, "other.yaml": endpoint("http://other.test"), "key.yaml": key({ alice: "a", bob: "b" }) },
      "user.yaml": yaml(...userAnd([])),
    };
    const resources = ["other.yaml", "key.yaml", "user.yaml"].flatMap((name) => ["--resources", name]);
    const gateway = await servePortico(t, files, "--mock", "--watch", ...resources);
    const status = async (shown: string) => (await send(gateway.port, { send: "GET /key", headers: { "x-api-key": shown } })).status;
    assert.deepEqual([await status("a"), await status("b")], [200, 200]);
    await gateway.write("other.yaml", endpoint("nonsense"));
    await gateway.says(/error WrongValue/);
    await gateway.write("key.yaml", key({ bob: "b" }));
    await until("alice is out", async () => (await status("a")) === 401);
    assert.equal(await status("b"), 200);
    await gateway.write("other.yaml", "no: [yaml");
    await gateway.says(/error NotYaml/);
    await gateway.write("key.yaml", key({ carol: "c" }));
    await until("bob is out", async () => (await status("b")) === 401);
    await gateway.write("key.yaml", "no: [yaml");
    await gateway.says(/key.yaml.*error NotYaml/);
    assert.equal(await status("c"), 200, "a file that cannot be read counts as it was");
    assert.equal((await send(gateway.port, { send: "GET /user", headers: bearer(steady.token()) })).status, 200);
  });

  it("to a Secret that is gone: nobody gets in by it, and the rest serves", async (t) => {
    const [key = {}, secret = {}] = keySecurity("key", { a: "key-of-a" }, locations);
    const files = { "pets.json": document, "key.yaml": yaml(...userAnd([key])), "secret.yaml": yaml(secret) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "key.yaml", "--resources", "secret.yaml");
    const status = async () => (await send(gateway.port, { send: "GET /key", headers: { "x-api-key": "key-of-a" } })).status;
    assert.equal(await status(), 200);
    await gateway.write("secret.yaml", yaml({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other" } }));
    await gateway.says(/There is no Secret `\S+`, so no key is good/);
    await until("the key is gone", async () => (await status()) === 401);
    assert.equal((await send(gateway.port, { send: "GET /user", headers: bearer(steady.token()) })).status, 200);
    await gateway.write("secret.yaml", yaml(secret));
    await until("the key is back", async () => (await status()) === 200);
  });

  it("to a list of no users: the last one gets in no longer", async (t) => {
    const files = { "pets.json": withStaff, "staff.yaml": yaml(...userAnd(keySecurity("key", { a: "a" }, locations)), ...staff("last")) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "staff.yaml");
    const status = async () => (await send(gateway.port, { send: "GET /staff", headers: basic("last") })).status;
    assert.equal(await status(), 200);
    await gateway.write("staff.yaml", yaml(...userAnd(keySecurity("key", { a: "a" }, locations)), ...staff()));
    await gateway.says(/holds no user, so nobody's password is good/);
    await until("the last user is out", async () => (await status()) === 401);
  });
});

const sharedSecret = JSON.stringify({ keys: [{ kty: "oct", k: "c2VjcmV0LWtleS1vZi1hbm4" }] });

describe("what credentials are checked with is not there when a gateway starts", { timeout: 60_000 }, () => {
  it("they are refused, the rest serves, and it is said; once it is there, they are checked", async (t) => {
    const user = tokenSecurity("user", { issuers: [{ issuer: steady.issuer, jwks: { file: "keys.json" } }] });
    const [key = {}] = keySecurity("key", {}, locations);
    const files = { "pets.json": document, "keys.json": sharedSecret, "user.yaml": yaml(user), "key.yaml": yaml(key) };
    const gateway = await servePortico(t, files, "--mock", "--watch", "--resources", "user.yaml", "--resources", "key.yaml");
    await gateway.says(/There is no Secret `key-keys`/);
    const status = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
      (await send(gateway.port, { send: `GET ${path}`, headers })).status;
    assert.equal(await status("/user", bearer(steady.token())), 401);
    assert.equal(await status("/key", { "x-api-key": "a" }), 401);
    assert.equal(await status("/open", {}), 200);
    await gateway.write("keys.json", steady.jwks);
    await gateway.write("key.yaml", yaml(...keySecurity("key", { a: "key-of-a" }, locations)));
    await until("the token is good", async () => (await status("/user", bearer(steady.token()))) === 200);
    await until("the key is good", async () => (await status("/key", { "x-api-key": "key-of-a" })) === 200);
  });
});

describe("an issuer that does not answer", { timeout: 120_000 }, () => {
  it("is 503 for its tokens alone, and comes back by itself", async (t) => {
    const port = await freePort();
    const user = tokenSecurity("user", { issuers: [{ issuer: steady.issuer, jwks: { url: `http://127.0.0.1:${port}/keys` } }] });
    const files = { "pets.json": document, "user.yaml": yaml(user, ...keySecurity("key", { a: "key-of-a" }, locations)) };
    const gateway = await servePortico(t, files, "--mock", "--resources", "user.yaml");
    const ask = (path: string, headers: Readonly<Record<string, string>>) => send(gateway.port, { send: `GET ${path}`, headers });
    const answer = await ask("/user", bearer(steady.token()));
    assert.equal(answer.status, 503);
    assert.match(answer.body, /errors\/credential-unchecked/);
    assert.equal((await ask("/user", {})).status, 401);
    assert.equal((await ask("/open", {})).status, 200);
    assert.equal((await ask("/key", { "x-api-key": "key-of-a" })).status, 200);
    const issuer = createServer((_, response) => response.end(steady.jwks)).listen(port, "127.0.0.1");
    t.after(() => issuer.close());
    await until("the issuer's keys are there", async () => (await ask("/user", bearer(steady.token()))).status === 200, 30_000);
  });
});
