import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import { serveHttp } from "../../testing/http-server.ts";
import { openSocket } from "../../testing/raw-socket.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, guarded, keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

const issuer = tokenIssuer();
const issuers = [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }];
const alice = { authorization: `Basic ${Buffer.from("alice:a").toString("base64")}` };

describe("behind an authoriser", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const url = `http://127.0.0.1:${await serveHttp(scope, (_, answer) => void answer.end())}`;
    const key = (name: string, location: object): readonly object[] =>
      keySecurity(name, { alice: `${name}-of-alice` }, { locations: [location] });
    const beside = ["key", "parameter", "cookie", "staff", "user", "passed"];
    const paths = {
      "/own": guarded({ own: [] }),
      "/tenant": guarded({ tenant: [] }),
      "/tenant/staff": guarded({ tenant: [], staff: [] }),
      "/own/or/key": guarded({ own: [] }, { key: [] }),
      "/own/or/passed": guarded({ own: [] }, { passed: [] }),
      ...Object.fromEntries(beside.map((name) => [`/own/${name}`, guarded({ own: [], [name]: [] })])),
    };
    gateway = await protectedGateway(scope, { paths }, [
      security("own", { type: "authorizer", authorizer: { url, timeout: "5s" } }),
      security("tenant", { type: "authorizer", authorizer: { url, sendHeaders: ["X-Tenant"], timeout: "5s" } }),
      ...key("key", { header: "x-key" }),
      ...key("parameter", { query: "k" }),
      ...key("cookie", { cookie: "k" }),
      security("staff", { type: "basic", basic: { users: { name: "users" } } }),
      secret("users", { htpasswd: `alice:{SHA}${createHash("sha1").update("a").digest("base64")}` }),
      tokenSecurity("user", { issuers }),
      tokenSecurity("passed", { issuers, forward: true }),
    ]);
  });
  /** What the backend saw of all credentials. */
  const seen = async (target: string, headers: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
    const before = gateway.backend.received.length;
    assert.equal((await gateway.get(target, headers)).status, 200, target);
    const { path, headers: got = {} } = gateway.backend.received[before] ?? {};
    return [got.authorization, got["x-key"], path?.split("?")[1], got.cookie].map((one) => one ?? "-");
  };
  const all = { ...alice, "x-key": "key-of-alice", cookie: "k=cookie-of-alice" };
  const token = bearer(issuer.token());

  it("a backend sees no credential that was needed besides, wherever it stood", async () => {
    assert.deepEqual(await seen("/own/key", { "x-key": "key-of-alice" }), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/parameter?k=parameter-of-alice", {}), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/cookie", { "x-key": "key-of-alice", cookie: "k=cookie-of-alice" }), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/staff", all), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/user", token), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/tenant/staff", alice), ["-", "-", "-", "-"]);
  });

  it("it sees one that is passed on in itself", async () => {
    assert.deepEqual(await seen("/own/passed", token), [token.authorization, "-", "-", "-"]);
  });

  it("it sees what the authoriser was sent, and nobody else looked at, and of no others what is theirs", async () => {
    assert.deepEqual(await seen("/own/key", all), [alice.authorization, "-", "-", "-"]);
    assert.deepEqual(await seen("/own?k=parameter-of-alice", all), [alice.authorization, "-", "-", "-"]);
    assert.deepEqual(await seen("/tenant?k=parameter-of-alice", all), ["-", "-", "-", "-"]);
  });

  it("where another one lets in, too, it sees nothing that the authoriser may not have looked at", async () => {
    assert.deepEqual(await seen("/own/or/key", all), ["-", "-", "-", "-"]);
    assert.deepEqual(await seen("/own/or/passed", alice), ["-", "-", "-", "-"]);
  });
});

/** An issuer whose only token is `GOOD`. */
async function opaqueIssuer(scope: Scope): Promise<string> {
  const port = await serveHttp(scope, (asked, answer) => {
    text(asked).then(
      (body) => answer.end(JSON.stringify({ active: new URLSearchParams(body).get("token") === "GOOD" })),
      () => answer.destroy(),
    );
  });
  return `http://127.0.0.1:${port}`;
}

/** The status of a GET over HTTP/1.1 that has these fields, each on a line of its own. */
async function statusOverOne(port: number, target: string, cookies: readonly string[]): Promise<number> {
  const fields = cookies.map((cookie) => `Cookie: ${cookie}\r\n`).join("");
  const { socket, text: received } = await openSocket(port);
  const answered = once(socket, "data");
  socket.write(`GET ${target} HTTP/1.1\r\nHost: pets.test\r\n${fields}\r\n`);
  await answered;
  socket.destroy();
  return Number(received().split(" ")[1]);
}

/** The same over HTTP/2, where a client may send cookies one by one (RFC 9113, section 8.2.3). */
async function statusOverTwo(port: number, target: string, cookie: readonly string[]): Promise<unknown> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({ ":path": target, cookie: [...cookie] });
    const [headers] = await once(stream, "response");
    await text(stream);
    return headers[":status"];
  } finally {
    session.destroy();
  }
}

describe("a token in a cookie", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const introspectionUrl = await opaqueIssuer(scope);
    gateway = await protectedGateway(scope, { paths: { "/opaque": guarded({ opaque: [] }) } }, [
      security("opaque", { type: "oauth2", oauth2: { introspectionUrl, client: { name: "gateway" }, locations: [{ cookie: "t" }] } }),
      secret("gateway", { username: "gateway", password: "secret" }),
    ]);
  });

  it("is what the backend would take for one: a cookie ends at a semicolon, and a comma is part of its value", async () => {
    const found: unknown[] = [];
    for (const cookies of ["t=GOOD", "a=1; t=GOOD", "a=1;t=GOOD;b=2", "a=1, 2; t=GOOD; b=3"])
      found.push(await statusOverOne(gateway.port, "/opaque", [cookies]));
    for (const cookies of ["a=1,t=GOOD; b=2", "a=1, t=GOOD", "t=GOOD,b=2", "a=1,t=FORGED; t=GOOD"])
      found.push(await statusOverOne(gateway.port, "/opaque", [cookies]));
    assert.deepEqual(found, [200, 200, 200, 200, 401, 401, 401, 401]);
  });

  it("over HTTP/2 may come beside others, each for itself; over HTTP/1.1 there is one field (RFC 6265, section 5.4)", async () => {
    assert.deepEqual(
      [await statusOverTwo(gateway.port, "/opaque", ["a=1", "t=GOOD"]), gateway.backend.received.at(-1)?.headers.cookie],
      [200, "a=1"],
    );
    assert.equal(await statusOverTwo(gateway.port, "/opaque", ["a=1,t=GOOD", "b=2"]), 401);
    assert.equal(await statusOverOne(gateway.port, "/opaque", ["a=1", "t=FORGED; t=GOOD"]), 401);
    assert.equal(await statusOverOne(gateway.port, "/opaque", ["a=1", "t=GOOD"]), 401);
  });
});

/** What a parameter and a cookie of the name `t` may be written as, and what stands beside them: those that are read as it, and those that some backend may take for it. */
const parameters = [
  "t=GOOD",
  "t=FORGED",
  "%74=GOOD",
  "%74=FORGED",
  "t",
  "t=",
  "+t=FORGED",
  "t%20=FORGED",
  "t%09=GOOD",
  "a=%26",
  "",
  "tt=1",
];
const cookies = [
  "t=GOOD",
  "t=FORGED",
  "  t=GOOD",
  "\tt=FORGED",
  "t =FORGED",
  "t\t=GOOD",
  "t",
  "t=",
  "a=1",
  "",
  "a=1,t=FORGED",
  "t=GOOD,t=FORGED",
];

describe("a credential that is passed on in the query, or in a cookie", { timeout: 120_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  const token = issuer.token();
  const kinds = ["signed", "key", "opaque"] as const;
  before(async () => {
    const introspectionUrl = await opaqueIssuer(scope);
    const names = kinds.flatMap((kind) => [`${kind}-query`, `${kind}-cookie`]);
    const placed = (place: "query" | "cookie"): readonly object[] => {
      const fields = { forward: true, locations: [{ [place]: "t" }] };
      return [
        tokenSecurity(`signed-${place}`, { issuers, ...fields }),
        ...keySecurity(`key-${place}`, { alice: "GOOD" }, fields),
        security(`opaque-${place}`, { type: "oauth2", oauth2: { introspectionUrl, client: { name: "gateway" }, ...fields } }),
      ];
    };
    const rewritten = { ...guarded({ "key-query": [] }), "x-portico": { rewrite: { query: { remove: ["a"], set: { b: "2" } } } } };
    const paths = { ...Object.fromEntries(names.map((name) => [`/${name}`, guarded({ [name]: [] })])), "/rewritten": rewritten };
    gateway = await protectedGateway(scope, { paths }, [
      ...placed("query"),
      ...placed("cookie"),
      secret("gateway", { username: "gateway", password: "secret" }),
    ]);
  });
  /** What the backend saw of a request that was let in; undefined where it was not. */
  const seen = async (target: string, fields: readonly string[] = []): Promise<string | undefined> => {
    const put = (written: string): string => (target.includes("signed") ? written.replaceAll("GOOD", token) : written);
    const status = await statusOverOne(gateway.port, put(target), fields.map(put));
    if (status === 401) return undefined;
    assert.equal(status, 200);
    const { path, headers } = gateway.backend.received.at(-1) ?? assert.fail("nobody received it");
    return (target.includes("cookie") ? String(headers.cookie) : (path.split("?")[1] ?? "")).replaceAll(token, "GOOD");
  };

  it("is the one that was checked, the first, and no other", async () => {
    for (const kind of kinds) {
      const found = [];
      for (const query of [
        "a=%26&t=GOOD&c",
        "t=GOOD&t=FORGED",
        "%74=GOOD&t=FORGED",
        "t=GOOD&%74=FORGED",
        "+t=FORGED&t=GOOD&t=FORGED",
        "t=FORGED&t=GOOD",
      ])
        found.push(await seen(`/${kind}-query?${query}`));
      assert.deepEqual(found, ["a=%26&t=GOOD&c", "t=GOOD", "%74=GOOD", "t=GOOD", "t=GOOD", undefined], kind);
      const fields = [["a=1; t=GOOD; c=2"], ["t=GOOD; t=FORGED"], ["t=GOOD", "t=FORGED; a=1"], ["t=FORGED; t=GOOD"]];
      const of = [];
      for (const one of fields) of.push(await seen(`/${kind}-cookie`, one));
      assert.deepEqual(of, ["a=1; t=GOOD; c=2", "t=GOOD", kind === "opaque" ? undefined : "t=GOOD; a=1", undefined], kind);
    }
  });

  it("stays beside what is changed in the query", async () => {
    assert.equal(await seen("/rewritten?a=1&t=GOOD&t=FORGED&c=3"), "t=GOOD&c=3&b=2");
  });

  it("is the only one that a backend can find, however many there are and however they are written", () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.array(fc.constantFrom(...parameters), { minLength: 1, maxLength: 5 }),
        fc.array(fc.array(fc.constantFrom(...cookies), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 }),
        async (kind, pairs, fields) => {
          const query = await seen(`/${kind}-query?${pairs.join("&")}`);
          const parts = (query ?? "").split("&").map((pair) => new URLSearchParams(pair));
          const named = parts.flatMap((pair) => [...pair]).filter(([name]) => name.trim() === "t");
          assert.deepEqual(named, query === undefined ? [] : [["t", "GOOD"]]);
          const cookie = await seen(
            `/${kind}-cookie`,
            fields.map((field) => field.join(";")),
          );
          const found = (cookie ?? "").split(";").filter((pair) => pair.split("=", 1)[0]?.trim() === "t");
          assert.deepEqual(
            found.map((pair) => pair.trim()),
            cookie === undefined ? [] : ["t=GOOD"],
          );
        },
      ),
      { numRuns: 250 },
    ));
});

it("a cookie of many blanks takes no longer than another one, where cookies are taken out", { timeout: 180_000 }, async (t) => {
  const key = keySecurity("key", { alice: "key-of-alice" }, { locations: [{ cookie: "k" }] });
  const gateway = await protectedGateway(t, { paths: { "/key": guarded({ key: [] }) } }, key);
  const begin = performance.now();
  for (const blanks of [" ".repeat(55_000), "\t".repeat(55_000)])
    for (const cookie of [`k=key-of-alice; a${blanks}b`, `k=key-of-alice;${blanks}=b`, `k=key-of-alice; a=b${blanks}; c`])
      await gateway.get("/key", { cookie });
  assert.ok(performance.now() - begin < 30_000);
});
