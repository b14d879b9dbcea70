import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, it } from "node:test";
import { hash } from "bcryptjs";
import { parseAll } from "../../src/text/parse.ts";
import { resolveCase } from "../../testing/golden-case.ts";
import { serveHttp } from "../../testing/http-server.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, guarded, keySecurity, protectedGateway, secret, security, tokenSecurity } from "./protected-gateway.ts";

const issuer = tokenIssuer();
const issuers = [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }];
const apiKey = (name: string, place = "header") => ({ type: "apiKey", in: place, name });
const basic = (user: string, password = user) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` });
const sha = (name: string): string => `${name}:{SHA}${createHash("sha1").update(name).digest("base64")}`;

/** What is said of documents and resources, each as `severity reason at pointer: message`. */
function said(documents: readonly object[], ...resources: readonly object[]): string {
  const whole = documents.map((one, index) => ({ openapi: "3.1.0", info: { title: `Pets ${index}`, version: "1" }, ...one }));
  const input = [...whole, ...resources].map((one) => JSON.stringify(one)).join("\n---\n");
  const settings = { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;
  const { problems } = resolveCase({ input, settings: { ...settings, requests: [] } });
  return problems.map(({ severity, reason, where, message }) => `${severity} ${reason} at ${where.pointer}: ${message}`).join("\n");
}

describe("a reviewer's odd document", () => {
  const pets = (item: object = guarded()): object => ({ paths: { "/pets": item } });
  const plain = { get: { responses: {} } };

  it("of WSO2's with an empty list of credentials is as protected as one that says nothing", () => {
    for (const types of [{ "security-types": [] }, { "security-types": [], optional: false }])
      assert.match(said([{ ...pets(plain), "x-wso2-application-security": types }]), /^error MissingSecurity /);
    assert.match(said([{ ...pets(plain), "x-portico": { credentialTypes: [] } }]), /^error WrongValue at \/x-portico\/credentialTypes: /);
  });

  it("needs two credentials where it names two, whether or not it defines them", () => {
    const token = tokenSecurity("user", { issuers });
    const both = { ...pets(guarded({ aa: [], bb: [] })), "x-portico": { schemes: { aa: "user", bb: "user" } } };
    const bearers = { "x-a": { type: "http", scheme: "bearer" }, bb: { type: "http", scheme: "bearer" } };
    const declared = { ...pets(guarded({ "x-a": [], bb: [] })), components: { securitySchemes: bearers } };
    for (const one of [both, { ...declared, "x-portico": { schemes: { "x-a": "user", bb: "user" } } }])
      assert.match(said([one], token), /^error BadSecurity .* are needed together, and the Security `user` checks both/m);
  });

  it("may call a scheme what begins with `x-`", () => {
    const document = { ...pets(guarded({ "x-api-key": [] })), components: { securitySchemes: { "x-api-key": apiKey("x-api-key") } } };
    assert.equal(said([document], ...keySecurity("x-api-key", { a: "k" }, {})), "");
  });

  it("keeps a key in no place that HTTP has not", () => {
    const document = { ...pets(guarded({ key: [] })), components: { securitySchemes: { key: apiKey("k", "body") } } };
    assert.match(said([document], ...keySecurity("key", { a: "k" }, {})), /Nothing says where the key of `key` is/);
  });

  it("does not take another's credential in a place of its own", () => {
    const placed = (place: string, base: string) => ({
      ...pets(guarded({ key: [] })),
      components: { securitySchemes: { key: apiKey("k", place) } },
      "x-portico": { basePath: base },
    });
    const keys = keySecurity("key", { a: "k" }, {});
    assert.match(
      said([placed("header", "/a"), placed("query", "/b")], ...keys),
      /^error BadSecurity at \/info: .* is in query k here, and in header k by another/m,
    );
    assert.equal(said([placed("header", "/a"), placed("header", "/b")], ...keys), "");
    const locations = [{ header: "k" }, { query: "k" }];
    assert.equal(said([placed("header", "/a"), placed("query", "/b")], ...keySecurity("key", { a: "k" }, { locations })), "");
  });

  it("wants a certificate of all by a Security that wants one", () => {
    const optional = security("clients", { type: "mtls", mtls: { trust: { name: "ca" }, mode: "optional" } });
    assert.match(said([{ ...pets(plain), "x-wso2-mutual-ssl": "mandatory" }], optional), /^error MissingSecurity /m);
  });

  it("keeps what stands beside a `$ref` in the middle of several", () => {
    const ref = (name: string): object => ({ $ref: `#/components/pathItems/${name}` });
    const through = (middle: object, end: object = plain): string =>
      said([{ ...pets(ref("middle")), components: { pathItems: { middle: { ...ref("inner"), ...middle }, inner: ref("end"), end } } }]);
    assert.equal(through({}), "");
    assert.match(through({ "x-portico": { security: [{ staff: [] }] } }), /^error MissingSecurity .*1 operation needs `staff`/);
    assert.match(through({ post: { security: [{ staff: [] }], responses: {} } }), /^error MissingSecurity .*1 operation needs `staff`/);
    assert.match(through({ "x-wso2-owner": "staff" }), /^error \w+ .*x-wso2-owner/);
    assert.match(
      through({ parameters: [{ name: "api_key", in: "header" }] }),
      /^warning HeaderRefused at \/components\/pathItems\/middle\//,
    );
    assert.match(through(plain), /^error WrongValue at \/components\/pathItems\/middle\/get: /);
    assert.match(through({}, ref("middle")), /^error RefCycle at \/paths\/~1pets: /);
  });

  it("counts the outer of what stands beside several `$ref`s", () => {
    const item = (ref: string, security: unknown): object => ({ $ref: ref, "x-portico": { security } });
    const parts = (name: string): string => `#/components/pathItems/${name}`;
    const pathItems = { one: item(parts("two"), [{ middle: [] }]), two: item(parts("three"), [{ inner: [] }]), three: plain };
    assert.match(said([{ ...pets({ $ref: parts("one") }), components: { pathItems } }]), /^error MissingSecurity .* needs `middle`/);
    assert.match(
      said([{ ...pets(item(parts("one"), [{ own: [] }])), components: { pathItems } }]),
      /^error MissingSecurity .* needs `own`/,
    );
  });

  it("is looked at where a `$ref` passes through, in whatever place", () => {
    const document = (middle: object): object => ({ ...pets({ $ref: "#/x-items/middle" }), "x-items": { middle, end: plain } });
    const wrong = { $ref: "#/x-items/end", put: "yes", "x-portica": {} };
    assert.match(said([document(wrong)]), /^error WrongType at \/x-items\/middle\/put: /);
    assert.match(said([document({ $ref: "#/x-items/end", gett: {} })]), /^error UnknownField at \/x-items\/middle\/gett: /);
  });

  it("says a method once along its `$ref`s, an additional one too", () => {
    const document = {
      openapi: "3.2.0",
      paths: { "/x": { $ref: "#/components/pathItems/guarded", additionalOperations: { PURGE: { security: [], responses: {} } } } },
      components: {
        securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } },
        pathItems: { guarded: { additionalOperations: { PURGE: { security: [{ key: [] }], responses: {} } } } },
      },
    };
    assert.match(said([document]), /`PURGE` stands here and in the path item that `\$ref` leads to/);
  });

  it("cannot let everybody in and want everybody's certificate", () => {
    const mtls = security("clients", { type: "mtls", mtls: { trust: { name: "clients" } } });
    const document = { ...pets(plain), "x-wso2-mutual-ssl": "mandatory", "x-wso2-disable-security": true };
    assert.match(said([document], mtls), /^error BadSecurity .*nobody would be asked for one/m);
  });

  it("asks for certificates by the Security's name, whatever a scheme is called", () => {
    const mtls = security("clients", { type: "mtls", mtls: { trust: { name: "ca" } } });
    const bearers = { securitySchemes: { clients: { type: "http", scheme: "bearer" } } };
    const mapped = { ...pets(guarded({ clients: [] })), components: bearers, "x-portico": { schemes: { clients: "user" } } };
    const resources = [mtls, tokenSecurity("user", { issuers })];
    const input = [{ openapi: "3.1.0", info: { title: "Pets", version: "1" }, ...mapped, "x-wso2-mutual-ssl": "mandatory" }, ...resources];
    const settings = { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;
    const found = resolveCase({ input: input.map((one) => JSON.stringify(one)).join("\n---\n"), settings: { ...settings, requests: [] } });
    const [operation] = found.ok ? (found.value[0]?.model.operations ?? []) : [];
    const demands = operation?.access.kind === "protected" ? operation.access.alternatives : [];
    assert.deepEqual(
      demands.map((all) => all.map((one) => one.security)),
      [["user", "clients"]],
    );
  });

  it("lets nobody in by an empty list of addresses", () => {
    for (const list of ["allow", "deny"])
      assert.match(said([{ ...pets(plain), "x-portico": { addresses: { [list]: [] } } }]), /^error WrongValue at \/x-portico\/addresses\//);
  });

  it("is told where a request can never show what it needs", () => {
    const staff = security("staff", { type: "basic", basic: { users: { name: "staff" } } });
    const told = said([pets(guarded({ user: [], staff: [] }))], tokenSecurity("user", { issuers }), staff);
    assert.match(told, /^warning BadSecurity .*both stand in the header `authorization`/m);
  });

  it("is told that a Security is there and wrong, where it is", () => {
    const wrong = { ...pets(plain), "x-wso2-application-security": { "security-types": ["api_key"] } };
    assert.match(said([wrong], ...keySecurity("partner", { a: "k" }, {})), /the Security `partner` cannot check it/);
  });
});

describe("a reviewer's odd Security", () => {
  it("blocks nobody whom it does not know", () => {
    const own = security("own", { type: "authorizer", authorizer: { url: "http://own.test" }, blockedClients: ["mallory"] });
    const document = {
      components: { securitySchemes: { own: apiKey("X-Key") } },
      paths: { "/x": { get: { security: [{ own: [] }], responses: {} } } },
    };
    assert.match(
      said([document], own),
      /warning WrongValue at \/spec\/blockedClients: Nobody but the authoriser knows who its clients are/,
    );
  });

  const document = { paths: { "/pets": guarded({ one: [] }), "/staff": guarded({ staff: [] }) } };
  const token = (more: object) => tokenSecurity("one", { issuers, ...more });
  const staff = security("staff", { type: "basic", basic: { users: { name: "staff" }, userHeader: "x-user" } });
  const cases: readonly (readonly [what: string, one: object, expected: RegExp])[] = [
    [
      "waits for nothing",
      security("one", { type: "authorizer", authorizer: { url: "http://a.test", timeout: "0s" } }),
      /^error WrongValue at \/spec\/authorizer\/timeout: /m,
    ],
    ["is for no audience", token({ audiences: [] }), /^error WrongValue at \/spec\/jwt\/audiences: /m],
    [
      "has an issuer for no audience",
      token({ issuers: [{ ...issuers[0], audiences: [] }] }),
      /^error WrongValue at \/spec\/jwt\/issuers\/0\/audiences: /m,
    ],
    [
      "asks about tokens for no audience",
      security("one", { type: "oauth2", oauth2: { introspectionUrl: "http://i.test", client: { name: "c" }, audiences: [] } }),
      /^error WrongValue at \/spec\/oauth2\/audiences: /m,
    ],
    [
      "has certificates of no name",
      security("one", { type: "mtls", mtls: { trust: { name: "ca" }, subjects: [] } }),
      /^error WrongValue at \/spec\/mtls\/subjects: /m,
    ],
    [
      "has a prefix in a query",
      token({ locations: [{ query: "q", prefix: "Bearer " }] }),
      /`prefix` stands before a credential in a header/,
    ],
    [
      "tells two claims in one header",
      token({
        claimsToHeaders: [
          { claim: "sub", header: "x-a" },
          { claim: "iss", header: "X-A" },
        ],
      }),
      /^error WrongValue at \/spec\/jwt: .*`x-a` is written twice/m,
    ],
    [
      "sends an authoriser what a client can write",
      security("one", { type: "authorizer", authorizer: { url: "http://a.test", sendHeaders: ["Authorization", "X-User"] } }),
      /^error BadSecurity .*is sent `x-user`, in which the Security `staff` tells backends who calls/m,
    ],
  ];
  for (const [what, one, expected] of cases) it(what, () => assert.match(said([document], one, staff), expected));
});

it("an error of YAML's does not repeat what may be a password", () => {
  for (const text of [
    "a: *p4ssCANARY$x",
    "a: !p4ssCANARY b",
    "a: !!p4ssCANARY b",
    "a: !<p4ssCANARY> b",
    "%TAG ! p4ssCANARY\n---\na: !p4ssCANARY b",
  ]) {
    const read = parseAll("secret.yaml", text);
    const told = read.problems.map(({ message }) => message).join();
    assert.deepEqual([read.ok, told.includes("p4ss")], [false, false], told);
  }
});

/** An issuer of opaque tokens whose answers are its tokens. */
async function talkativeIssuer(scope: Scope): Promise<string> {
  const port = await serveHttp(scope, (request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.once("end", () => {
      const [exp, sub] = (new URLSearchParams(body).get("token") ?? "").split("~");
      const said = exp === "" ? {} : { exp: /^\d+n$/.test(exp ?? "") ? Number.parseInt(exp ?? "", 10) : exp };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ active: true, sub, ...said }));
    });
  });
  return `http://127.0.0.1:${port}/introspect`;
}

describe("what a reviewer found in a gateway", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = {
      "/fwd": guarded({ fwd: [] }),
      "/fwd/staff": guarded({ fwd: [] }, { staff: [] }),
      "/fwd/key": guarded({ fwd: [] }, { key: [] }),
      "/fwd/both": guarded({ fwd: [], key: [] }, { fwd: [] }),
      "/staff/key": guarded({ staff: [] }, { key: [] }),
      "/staff": guarded({ staff: [] }),
      "/slow": guarded({ slow: [] }),
      "/opaque": guarded({ opaque: [] }),
      "/placed": guarded({ placed: ["read"] }),
      "/bearer/staff": guarded({ odd: [] }),
      "/prefixed": guarded({ prefixed: [] }),
      "/two": guarded({ two: [] }),
    };
    const securitySchemes = {
      odd: { type: "http", scheme: "bearer" },
      placed: apiKey("x-token"),
      slow: { type: "http", scheme: "digest" },
    };
    const staff = { basic: { users: { name: "users" }, userHeader: "x-staff" } };
    gateway = await protectedGateway(scope, { paths, components: { securitySchemes }, "x-portico": { schemes: { odd: "staff" } } }, [
      tokenSecurity("fwd", { issuers, forward: true }),
      tokenSecurity("placed", { issuers }),
      tokenSecurity("two", { issuers, forward: true, locations: [{ header: "authorization", prefix: "Bearer " }, { query: "t" }] }),
      ...keySecurity("key", { alice: "key-of-alice" }, { locations: [{ header: "x-key" }] }),
      ...keySecurity("prefixed", { alice: "key-of-alice" }, { locations: [{ header: "authorization", prefix: "ApiKey " }] }),
      security("staff", { type: "basic", ...staff, blockedClients: ["mallory"] }),
      secret("users", { htpasswd: ["alice", "mallory"].map(sha).join("\n") }),
      security("slow", { type: "basic", basic: { users: { name: "slow" } } }),
      secret("slow", { htpasswd: `bob:${await hash("bob", 6)}\ncarol:${await hash("carol", 6)}` }),
      security("opaque", {
        type: "oauth2",
        oauth2: { introspectionUrl: await talkativeIssuer(scope), client: { name: "gateway" } },
        blockedClients: ["mallory"],
      }),
      secret("gateway", { username: "gateway", password: "secret" }),
    ]);
  });
  const status = async (target: string, headers: Readonly<Record<string, string>>): Promise<number> =>
    (await gateway.get(target, headers)).status;
  /** What the backend saw of the credential, beside the status. */
  const seen = async (target: string, headers: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
    const found = await status(target, headers);
    const { authorization, "x-staff": told } = gateway.backend.received.at(-1)?.headers ?? {};
    return [found, authorization, told];
  };

  it("a password beside a token that is passed on is not, and neither is a token that is none", async () => {
    const token = bearer(issuer.token());
    assert.deepEqual((await seen("/fwd", token)).slice(0, 2), [200, token.authorization]);
    assert.deepEqual((await seen("/fwd/staff", basic("alice"))).slice(0, 2), [200, undefined]);
    assert.deepEqual((await seen("/fwd/key", { authorization: "Bearer forged", "x-key": "key-of-alice" })).slice(0, 2), [200, undefined]);
    assert.deepEqual((await seen("/fwd/both", token)).slice(0, 2), [200, token.authorization], "where every way in needs it");
    const elsewhere = `/two?t=${issuer.token()}`;
    assert.deepEqual(
      (await seen(elsewhere, { authorization: "Bearer forged" })).slice(0, 2),
      [200, undefined],
      "one that may stand elsewhere",
    );
  });

  it("a header with a good token has nothing else in it, before or behind", async () => {
    const good = issuer.token();
    const forged = issuer.token().replace(/[^.]+$/, "AAAA");
    const both = [`BEARER ${forged},Bearer ${good}`, `Bearer ${good}, bearer ${forged}`, `Basic YWRtaW46YWRtaW4= Bearer ${good}`];
    for (const authorization of [...both, `xBearer ${good}`, `Token x, Bearer ${good}`, `Bearer ${good} x`]) {
      const answer = await gateway.get("/fwd", { authorization });
      assert.equal(answer.status, 401, authorization.slice(0, 20));
    }
    for (const before of ["Bearer", "bearer", "BEARER"]) assert.equal(await status("/fwd", { authorization: `${before} ${good}` }), 200);
    assert.equal(await status("/placed", { "x-token": `${issuer.token({ claims: { scope: "read" } })}` }), 200);
    assert.equal(await status("/placed", { "x-token": `${forged},${issuer.token({ claims: { scope: "read" } })}` }), 401);
  });

  it("who is blocked is told to no backend, and the answer says what it is", async () => {
    assert.deepEqual(await seen("/staff/key", { ...basic("mallory"), "x-key": "key-of-alice" }), [200, undefined, undefined]);
    assert.deepEqual(await seen("/staff", basic("alice")), [200, undefined, "alice"]);
    for (const [target, headers] of [
      ["/staff", basic("mallory")],
      ["/opaque", bearer("~mallory")],
    ] as const) {
      const answer = await gateway.get(target, headers);
      assert.deepEqual([answer.status, answer.headers["www-authenticate"]], [403, undefined], target);
    }
  });

  it("the end of an opaque token counts, whether it is a number or a text, and not where it is none", async () => {
    const later = Math.floor(Date.now() / 1000) + 100;
    const found: number[] = [];
    for (const exp of ["", `${later}n`, `${later}`, "1n", "1", "soon"]) found.push(await status("/opaque", bearer(`${exp}~alice`)));
    assert.deepEqual(found, [200, 200, 200, 401, 401, 503]);
  });

  it("guesses that come at once are no more than those one after the other", async () => {
    const guesses = Array.from({ length: 40 }, (_, index) => status("/slow", basic("bob", `guess-${index}`)));
    const right = status("/slow", basic("bob", "bob"));
    assert.deepEqual([...new Set(await Promise.all(guesses)), await right], [401, 401]);
    assert.equal(await status("/slow", basic("carol", "carol")), 200, "nobody else waits");
  });

  it("a refusal names what is taken, whatever the document calls it", async () => {
    const challenge = async (target: string, headers: Readonly<Record<string, string>> = {}) =>
      (await gateway.get(target, headers)).headers["www-authenticate"];
    assert.match(String(await challenge("/bearer/staff")), /^Basic realm=/);
    assert.match(String(await challenge("/slow")), /^Basic realm=/);
    const token = { "x-token": issuer.token() };
    assert.match(String(await challenge("/placed", token)), /^Bearer .*error="insufficient_scope", scope="read"/);
  });

  it("what stands before a key is the same in small letters", async () => {
    const found: number[] = [];
    for (const before of ["ApiKey", "apikey", "APIKEY", "Basic"])
      found.push(await status("/prefixed", { authorization: `${before} key-of-alice` }));
    assert.deepEqual(found, [200, 200, 200, 401]);
  });
});

describe("what a reviewer found of addresses", () => {
  const scope = suiteScope();
  const from = (client: string) => ({ "x-forwarded-for": client });

  it("they are kept out however a proxy writes them, and what is none is kept out too", async () => {
    const denied = { ...guarded(), "x-portico": { addresses: { deny: ["192.0.2.0/24"] } } };
    const gateway = await protectedGateway(scope, { paths: { "/denied": denied, "/open": guarded() } }, [], { trustedHops: 1 });
    const found: (readonly number[])[] = [];
    for (const client of [
      "192.0.2.5",
      "::ffff:192.0.2.5",
      "192.0.2.5:443",
      "unknown",
      "999.1.1.1",
      "192.0.2.05",
      ":::::",
      "abc:5",
      "::ffff:c000:205",
      "198.51.100.1",
      "::ffff:198.51.100.1",
      "2001:db8::1, 198.51.100.1",
    ])
      found.push([(await gateway.get("/denied", from(client))).status, (await gateway.get("/open", from(client))).status]);
    assert.deepEqual(found, [...Array.from({ length: 9 }, () => [403, 200]), ...Array.from({ length: 3 }, () => [200, 200])]);
    const mapped = { ...guarded(), "x-portico": { addresses: { deny: ["::ffff:192.0.2.0/120"] } } };
    const other = await protectedGateway(scope, { paths: { "/denied": mapped } }, [], { trustedHops: 1 });
    assert.equal((await other.get("/denied", from("192.0.2.5"))).status, 403, "and however the list is written");
    assert.equal((await gateway.get("/denied")).status, 200, "who comes without a proxy is known by the connection");
  });
});
