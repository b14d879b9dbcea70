import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { before, describe, it } from "node:test";
import { hash } from "bcryptjs";
import { freePort } from "../../testing/free-port.ts";
import { grpcAuthorizer } from "../../testing/grpc-authorizer.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { bearer, guarded, protectedGateway, secret, security } from "./protected-gateway.ts";

const pem = (name: string): string => readFileSync(new URL(`../fixtures/certificates/${name}`, import.meta.url), "utf8");

/** An issuer of opaque tokens behind TLS, all of whose tokens are good. */
async function tlsIssuer(scope: Scope): Promise<string> {
  const port = await freePort();
  const server = createServer({ cert: pem("localhost.pem"), key: pem("localhost.key") }, (request, response) => {
    request.resume();
    request.once("end", () => response.writeHead(200, { "content-type": "application/json" }).end('{"active":true}'));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${port}/introspect`;
}

const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` });

describe("what is asked elsewhere", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  let own: Awaited<ReturnType<typeof grpcAuthorizer>>;
  before(async () => {
    own = await grpcAuthorizer(scope);
    const introspectionUrl = await tlsIssuer(scope);
    const opaque = (name: string, more: object) =>
      security(name, { type: "oauth2", oauth2: { introspectionUrl, client: { name: "gateway" }, ...more } });
    const names = ["own", "trusted", "system", "strangers", "anybody", "staff"];
    gateway = await protectedGateway(scope, { paths: Object.fromEntries(names.map((name) => [`/${name}`, guarded({ [name]: [] })])) }, [
      security("own", { type: "authorizer", authorizer: { url: own.url, protocol: "grpc", timeout: "2s" } }),
      opaque("trusted", { trust: { name: "authorities", key: "right.pem" } }),
      opaque("strangers", { trust: { name: "authorities", key: "other.pem" } }),
      opaque("system", {}),
      opaque("anybody", { insecureSkipVerify: true }),
      secret("authorities", { "right.pem": pem("authority.pem"), "other.pem": pem("strangers.pem") }),
      secret("gateway", { username: "gateway", password: "secret" }),
      security("staff", { type: "basic", basic: { users: { name: "users" } } }),
      secret("users", { htpasswd: `alice:${await hash("a", 4)}\nbob:${await hash("b", 4)}\ncarol:${await hash("c", 4)}` }),
    ]);
  });
  const status = async (target: string, headers: Readonly<Record<string, string>>): Promise<number> =>
    (await gateway.get(target, headers)).status;

  it("an authoriser that speaks gRPC decides, and sees the request with the headers that it is to see", async () => {
    const answers = [];
    for (const authorization of ["good", "known", "unknown", "broken", "garbled", "slow", "good"])
      answers.push(await status("/own?full=1", { authorization, "x-other": "o" }));
    assert.deepEqual(answers, [200, 403, 401, 503, 503, 503, 200]);
    assert.deepEqual(own.asked[0], { method: "GET", path: "/own?full=1", headers: { authorization: "good" } });
  });

  it("an issuer's certificate is of an authority that is trusted, or nobody gets in", async () => {
    const answers = [];
    for (const name of ["trusted", "system", "strangers", "anybody"]) answers.push(await status(`/${name}`, bearer("opaque")));
    assert.deepEqual(answers, [200, 503, 503, 200]);
  });

  it("who guesses the password of one name is slowed down, and nobody else: neither those of other names, nor who was let in before", async () => {
    assert.equal(await status("/staff", basic("alice", "a")), 200);
    for (const user of ["alice", "bob", "nobody"])
      for (let guess = 0; guess < 6; guess++) assert.equal(await status("/staff", basic(user, `guess-${guess}`)), 401);
    assert.equal(await status("/staff", basic("bob", "b")), 401, "the right one too, which was not seen before");
    assert.deepEqual([await status("/staff", basic("alice", "a")), await status("/staff", basic("carol", "c"))], [200, 200]);
  });
});

describe("the client's address, behind proxies", { timeout: 120_000 }, () => {
  const scope = suiteScope();
  const first = { "x-forwarded-for": "203.0.113.7" };
  const second = { "x-forwarded-for": "198.51.100.1, 203.0.113.8" };

  it("is told to an authoriser as trusted proxies say it, and as no client does", async () => {
    const own = await grpcAuthorizer(scope);
    const document = { paths: { "/own": guarded({ own: [] }) } };
    const resources = [security("own", { type: "authorizer", authorizer: { url: own.url, protocol: "grpc", timeout: "5s" } })];
    const forged = { "portico-address": "203.0.113.9", "x-real-ip": "203.0.113.9" };
    for (const trustedHops of [0, 1]) {
      const gateway = await protectedGateway(scope, document, resources, { trustedHops });
      for (const headers of [{}, first, second, { ...first, ...forged }])
        assert.equal((await gateway.get("/own", { ...headers, authorization: "good" })).status, 200);
    }
    const connection = "127.0.0.1";
    assert.deepEqual(own.clients, [
      ...[connection, connection, connection, connection],
      ...[connection, "203.0.113.7", "203.0.113.8", "203.0.113.7"],
    ]);
  });

  it("is what guesses wait by: those of one do not take the turns of others", async () => {
    const gateway = await protectedGateway(
      scope,
      { paths: { "/staff": guarded({ staff: [] }) } },
      [
        security("staff", { type: "basic", basic: { users: { name: "users" } } }),
        secret("users", { htpasswd: `alice:${await hash("a", 8)}` }),
      ],
      { trustedHops: 1 },
    );
    const guesses = Array.from({ length: 300 }, (_, index) => gateway.get("/staff", { ...first, ...basic(`nobody-${index}`, "guess") }));
    const alice = gateway.get("/staff", { ...second, ...basic("alice", "a") });
    assert.equal((await alice).status, 200);
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)].toSorted(), [401, 503], "more than may wait");
  });
});
