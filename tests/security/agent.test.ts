import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, it } from "node:test";
import { hash } from "bcryptjs";
import { serveHttp } from "../../testing/http-server.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { until } from "../../testing/until.ts";
import { bearer, guarded, keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` });

/** What an issuer of opaque tokens was asked, and what it answers by token. */
async function opaqueIssuer(scope: Scope) {
  const asked: { token: string; authorization: string | undefined }[] = [];
  const answers = new Map<string, object>();
  let status = 200;
  const port = await serveHttp(scope, (request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      const token = new URLSearchParams(body).get("token") ?? "";
      asked.push({ token, authorization: request.headers.authorization });
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answers.get(token) ?? { active: false }));
    });
  });
  return { url: `http://127.0.0.1:${port}/introspect`, asked, answers, answerWith: (next: number) => (status = next) };
}

/** Somebody's own authoriser: what it answers by the credential. */
async function ownAuthorizer(scope: Scope) {
  const asked: (string | undefined)[] = [];
  const port = await serveHttp(scope, (request, response) => {
    asked.push(
      `${request.method} ${request.url} ${Object.keys(request.headers)
        .filter((name) => name.startsWith("x-"))
        .toSorted()
        .join()}`,
    );
    const statuses: Readonly<Record<string, number>> = { good: 200, forbidden: 403, broken: 500 };
    response.writeHead(statuses[request.headers.authorization ?? ""] ?? 401).end();
  });
  return { url: `http://127.0.0.1:${port}/check`, asked };
}

const issuer = tokenIssuer();

describe("credentials that the policy agent checks", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  let opaque: Awaited<ReturnType<typeof opaqueIssuer>>;
  let own: Awaited<ReturnType<typeof ownAuthorizer>>;
  before(async () => {
    opaque = await opaqueIssuer(scope);
    own = await ownAuthorizer(scope);
    const paths = {
      "/staff": guarded({ staff: [] }),
      "/opaque": guarded({ opaque: [] }),
      "/scoped": guarded({ opaque: ["read"] }),
      "/either": guarded({ user: [] }, { opaque: [] }),
      "/both": guarded({ staff: [], key: [] }),
      "/own/{id}": guarded({ own: [] }),
      "/open": guarded(),
    };
    const securitySchemes = { staff: { type: "http", scheme: "basic" }, opaque: { type: "oauth2", flows: {} } };
    gateway = await protectedGateway(scope, { paths, components: { securitySchemes } }, [
      security("staff", {
        type: "basic",
        basic: { users: { name: "staff-users" }, realm: "Staff only", userHeader: "x-staff" },
        blockedClients: ["mallory"],
      }),
      secret("staff-users", {
        htpasswd: [
          `alice:${await hash("alice's", 5)}`,
          `bob:{SHA}${createHash("sha1").update("b").digest("base64")}`,
          `mallory:${await hash("m", 4)}`,
          "carol:$apr1$unknown$form",
          "",
        ].join("\n"),
      }),
      security("opaque", {
        type: "oauth2",
        oauth2: {
          introspectionUrl: opaque.url,
          client: { name: "opaque-client" },
          audiences: ["pets"],
          claims: [{ claim: "tier", equals: "gold" }],
        },
      }),
      secret("opaque-client", { username: "gate:way", password: "s e" }),
      security("own", { type: "authorizer", authorizer: { url: own.url, sendHeaders: ["Authorization", "X-Tenant"] } }),
      ...keySecurity("key", { dave: "key-of-dave" }, { locations: [{ header: "x-key" }] }),
      tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
    ]);
    const good = { active: true, aud: ["pets"], tier: "gold", client_id: "app", scope: "read write" };
    for (const [token, answer] of Object.entries({
      good,
      "other-audience": { ...good, aud: "shop" },
      silver: { ...good, tier: "silver" },
      unscoped: { ...good, scope: "readonly" },
      ended: { ...good, exp: 1 },
    }))
      opaque.answers.set(token, answer);
  });
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) => gateway.get(path, headers);
  const status = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => (await get(path, headers)).status;

  it("a name and its password are good, by bcrypt and by {SHA}", async () => {
    assert.equal(await status("/staff", basic("alice", "alice's")), 200);
    assert.equal(gateway.backend.received.at(-1)?.headers["x-staff"], "alice");
    assert.equal(gateway.backend.received.at(-1)?.headers.authorization, undefined);
    assert.equal(await status("/staff", basic("bob", "b")), 200);
  });

  it("others are not, and are told what would be", async () => {
    const refused = await get("/staff", basic("alice", "bob's"));
    assert.equal(refused.status, 401);
    assert.equal(refused.headers["www-authenticate"], 'Basic realm="Staff only", charset="UTF-8"');
    for (const [user, password] of [
      ["carol", "c"],
      ["nobody", "x"],
      ["", "x"],
      ["alice", ""],
      ["alice", "alice's\0"],
    ] as const)
      assert.equal(await status("/staff", basic(user, password)), 401, `${user}:${password}`);
    for (const authorization of ["Basic", "Basic !", "Bearer x", "Basic YQ=="])
      assert.equal(await status("/staff", { authorization }), 401);
    assert.equal(await status("/staff", basic("mallory", "m")), 403);
  });

  it("a name beside a key is both, and neither alone", async () => {
    const key = { "x-key": "key-of-dave" };
    const alice = basic("alice", "alice's");
    assert.deepEqual(
      [await status("/both", { ...alice, ...key }), await status("/both", alice), await status("/both", key)],
      [200, 401, 401],
    );
  });

  it("a token's issuer is asked, as the client that is in the Secret, and once", async () => {
    assert.deepEqual([await status("/opaque", bearer("good")), await status("/scoped", bearer("good"))], [200, 200]);
    const questions = opaque.asked.filter(({ token }) => token === "good");
    assert.equal(questions.length, 1);
    assert.equal(questions[0]?.authorization, `Basic ${Buffer.from("gate%3Away:s+e").toString("base64")}`);
  });

  it("what its issuer does not know, or for others, is 401; what it does not allow is 403", async () => {
    for (const token of ["unknown", "other-audience", "ended", "a b", "ü"])
      assert.equal(await status("/opaque", bearer(token)), 401, token);
    assert.equal(await status("/opaque", bearer("silver")), 403);
    const refused = await get("/scoped", bearer("unscoped"));
    assert.equal(refused.status, 403);
    assert.match(refused.headers["www-authenticate"] ?? "", /error="insufficient_scope", scope="read"/);
  });

  it("beside signed tokens, one of that form is not sent to the issuer of opaque ones", async () => {
    const before = opaque.asked.length;
    assert.equal(await status("/either", bearer(issuer.token({}))), 200);
    assert.equal(await status("/either", bearer(issuer.token({ claims: { exp: 1 } }))), 401);
    assert.equal(opaque.asked.length, before);
    assert.equal(await status("/either", bearer("good")), 200);
  });

  it("an issuer that does not answer is 503 for its tokens, and nothing else; then all is well again", async () => {
    opaque.answerWith(500);
    opaque.answers.set("later", { active: true, aud: "pets", tier: "gold" });
    const answer = await get("/opaque", bearer("later"));
    assert.deepEqual(
      [answer.status, await status("/either", bearer(issuer.token({}))), await status("/opaque", bearer("good"))],
      [503, 200, 200],
    );
    assert.match(answer.body, /credential-unchecked/);
    opaque.answerWith(200);
    assert.equal(await status("/opaque", bearer("later")), 200);
  });

  it("somebody's own authoriser decides, and sees what it is to see", async () => {
    const headers = { "x-tenant": "t", "x-other": "o" };
    const answers = [];
    for (const authorization of ["good", "bad", "forbidden", "broken"])
      answers.push(await status("/own/7?full=1", { ...headers, authorization }));
    assert.deepEqual(answers, [200, 401, 403, 503]);
    assert.equal(own.asked[0], "GET /check/own/7?full=1 x-forwarded-host,x-tenant");
  });

  it("where the agent ends, what needs it is 503 and the rest serves; it is started again", async () => {
    const { agent } = gateway;
    assert.ok(agent?.pid !== undefined);
    process.kill(agent.pid, "SIGKILL");
    await until("what needs the agent is refused", async () => (await status("/staff", basic("alice", "alice's"))) === 503);
    assert.deepEqual([await status("/either", bearer(issuer.token({}))), await status("/open")], [200, 200]);
    await until("the agent answers again", async () => (await status("/staff", basic("alice", "alice's"))) === 200);
  });
});
