import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../testing/free-port.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, keySecurity, secret, security, tokenSecurity } from "../security/protected-gateway.ts";
import { limited, limitedGateway, rateLimiting } from "./limited-gateway.ts";

const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:p`).toString("base64")}` });
const certificate = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const pem = (name: string): string => readFileSync(certificate(name), "utf8");

/** An issuer that knows every token: the client's name and a number. */
async function opaqueIssuer(scope: Scope): Promise<string> {
  const server = createServer((asked, answer) => {
    let body = "";
    asked.on("data", (part: Buffer) => (body += part.toString()));
    asked.on("end", () => {
      const [client] = (new URLSearchParams(body).get("token") ?? "").split(".");
      answer
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ active: true, client_id: client, tier: client === "app" ? 1 : 2 }));
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}/`;
}

const clientLimit = rateLimiting("each", { requests: 1, key: { by: "client" } });

describe("clients whom the policy agent knows", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  before(async () => {
    const users = ["alice", "bob"].map((user) => `${user}:{SHA}${createHash("sha1").update("p").digest("base64")}`);
    gateway = await limitedGateway(
      scope,
      {
        "/user": limited("each", { security: [{ user: [] }] }),
        "/opaque": limited("each", { security: [{ opaque: [] }] }),
        "/tier": limited("tier", { security: [{ opaque: [] }] }),
      },
      [
        clientLimit,
        rateLimiting("tier", { requests: 1, key: { by: "claim", name: "tier" } }),
        security("user", { type: "basic", basic: { users: { name: "users" } } }),
        secret("users", { htpasswd: users.join("\n") }),
        security("opaque", { type: "oauth2", oauth2: { introspectionUrl: await opaqueIssuer(scope), client: { name: "gateway" } } }),
        secret("gateway", { username: "gateway", password: "secret" }),
      ],
      {},
      { components: { securitySchemes: { user: { type: "http", scheme: "basic" }, opaque: { type: "oauth2", flows: {} } } } },
    );
  });
  const statuses = async (target: string, ...all: readonly Readonly<Record<string, string>>[]): Promise<readonly number[]> => {
    const found: number[] = [];
    for (const headers of all) found.push((await gateway.get(target, headers)).status);
    return found;
  };

  it("are counted apart by their user's name, and only those whose password is right", async () => {
    assert.deepEqual(await statuses("/user", {}, basic("nobody"), basic("alice"), basic("bob"), basic("alice")), [401, 401, 200, 200, 429]);
  });

  it("are counted apart by what the issuer says of opaque tokens", async () => {
    const tokens = ["app.1", "web.1", "app.2"].map(bearer);
    assert.deepEqual(await statuses("/opaque", ...tokens), [200, 200, 429]);
    assert.deepEqual(await statuses("/tier", ...tokens, bearer("ios.1")), [200, 200, 429, 429]);
  });
});

describe("clients who show certificates", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  before(async () => {
    const names = {
      subject: {},
      named: { subjects: [{ type: "uri", value: "spiffe://pets.test/alice" }] },
      either: {
        subjects: [
          { type: "uri", value: "spiffe://pets.test/alice" },
          { type: "dns", value: "bob.test" },
        ],
        identityHeader: "x-client",
      },
      optional: { mode: "optional" },
    };
    gateway = await limitedGateway(
      scope,
      Object.fromEntries(Object.keys(names).map((name) => [`/${name}`, limited("each", { security: [{ [name]: [] }] })])),
      [
        clientLimit,
        ...Object.entries(names).map(([name, mtls]) => security(name, { type: "mtls", mtls: { trust: { name: "clients" }, ...mtls } })),
        secret("clients", { "ca.crt": pem("clients.pem") }),
      ],
      { tls: { certificate: certificate("localhost.pem"), key: certificate("localhost.key") } },
      { components: { securitySchemes: Object.fromEntries(Object.keys(names).map((name) => [name, { type: "mutualTLS" }])) } },
    );
  });
  const status = (path: string, client?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const shown = client === undefined ? {} : { cert: pem(`${client}.pem`), key: pem(`${client}.key`) };
      const to = { host: "127.0.0.1", port: gateway.port, path, servername: "localhost", ca: pem("authority.pem"), agent: false, ...shown };
      const sent = request(to, (answer) => {
        answer.resume();
        answer.once("end", () => resolve(answer.statusCode ?? 0));
      });
      sent.once("error", reject);
      sent.end();
    });
  const statuses = async (path: string, ...clients: readonly (string | undefined)[]): Promise<readonly number[]> => {
    const found: number[] = [];
    for (const client of clients) found.push(await status(path, client));
    return found;
  };

  it("are counted apart by the certificate's holder", async () => {
    assert.deepEqual(await statuses("/subject", "alice", "bob", "alice", "bob"), [200, 200, 429, 429]);
    assert.deepEqual(await statuses("/named", "alice", "alice", "bob"), [200, 429, 401]);
    // Each has a name of one kind alone.
    assert.deepEqual(await statuses("/either", "alice", "bob", "alice", "bob"), [200, 200, 429, 429]);
    const told = gateway.backend.received.filter(({ path }) => path === "/either").map(({ headers }) => headers["x-client"]);
    assert.match(String(told[0]), /^spiffe:\/\/pets\.test\/alice$/);
    assert.match(String(told[1]), /bob/);
  });

  it("are counted by their address where they need not show one and do not", async () => {
    assert.deepEqual(await statuses("/optional", undefined, undefined, "alice", "alice"), [200, 429, 200, 429]);
  });
});

describe("clients of tiers", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  const issuer = tokenIssuer();
  before(async () => {
    const of = (name: string, condition: object): object =>
      rateLimiting(name, {
        type: "api",
        requests: name === "gold" || name === "gold-plan" ? 3 : 1,
        key: { by: "client" },
        conditions: [condition],
      });
    const pattern = { name: "plan", pattern: "gold(-.*)?" };
    gateway = await limitedGateway(
      scope,
      {
        "/keys": limited(["gold", "others"], { security: [{ header: [] }, { query: [] }] }),
        "/plans": limited(["gold-plan", "other-plans"], { security: [{ user: [] }] }),
      },
      [
        of("gold", { tier: "gold" }),
        of("others", { tier: "gold", not: true }),
        of("gold-plan", { claim: pattern }),
        of("other-plans", { claim: pattern, not: true }),
        ...keySecurity(
          "header",
          { alice: "key-of-alice\ntier: gold", bob: "key-of-bob", carol: "key-of-carol\r\ntier:  silver \r\n" },
          { locations: [{ header: "x-key" }] },
        ),
        ...keySecurity("query", { dave: "key-of-dave\ntier: gold\n", erin: "key-of-erin\n" }, { locations: [{ query: "k" }] }),
        tokenSecurity("user", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
      ],
    );
  });
  /** How many requests are let through before one is not. */
  const most = async (target: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
    for (let asked = 0; asked < 5; asked++) {
      const { status } = await gateway.get(target, headers);
      if (status !== 200) return status === 429 ? asked : -status;
    }
    return 5;
  };

  it("are counted as the entry of their key says", async () => {
    const counts: Record<string, number> = {};
    for (const client of ["alice", "bob", "carol"]) counts[client] = await most("/keys", { "x-key": `key-of-${client}` });
    for (const client of ["dave", "erin"]) counts[client] = await most(`/keys?k=key-of-${client}`);
    assert.deepEqual(counts, { alice: 3, bob: 1, carol: 1, dave: 3, erin: 1 });
    for (const key of ["key-of-alice\ttier: gold", "tier: gold", "gold"]) assert.equal(await most("/keys", { "x-key": key }), -401);
  });

  it("are counted as a claim's text says, whole", async () => {
    const plans = ["gold", "gold-yearly", "marigold", "golden", ["gold"], 7];
    const counts: number[] = [];
    for (const [index, plan] of plans.entries())
      counts.push(await most("/plans", bearer(issuer.token({ claims: { plan, client_id: `app-${index}` } }))));
    assert.deepEqual(counts, [3, 3, 1, 1, 1, 1]);
  });
});
