import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { guarded, keySecurity, protectedGateway } from "./protected-gateway.ts";

const keys = { alice: "key-of-alice", bob: "bob's / key+?=\n", carol: "key-of-carol" };
const issuer = tokenIssuer();

const document = {
  components: {
    securitySchemes: {
      "in-header": { type: "apiKey", in: "header", name: "X-Api-Key" },
      "in-query": { type: "apiKey", in: "query", name: "key" },
      "in-cookie": { type: "apiKey", in: "cookie", name: "key" },
    },
  },
  paths: {
    "/header": guarded({ "in-header": [] }),
    "/query": guarded({ "in-query": [] }),
    "/cookie": guarded({ "in-cookie": [] }),
    "/several": guarded({ several: [] }),
    "/kept": guarded({ kept: [] }),
    "/two": guarded({ "in-header": [], "in-query": [], "in-cookie": [] }),
    "/signed": guarded({ signed: [] }),
    "/open": guarded(),
  },
};

describe("keys", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    gateway = await protectedGateway(scope, document, [
      ...keySecurity("in-header", keys, { clientHeader: "x-client" }, { blockedClients: ["carol"] }),
      ...keySecurity("in-query", keys),
      ...keySecurity("in-cookie", { dave: "key-of-dave" }),
      ...keySecurity("several", keys, { locations: [{ header: "authorization", prefix: "ApiKey " }, { query: "k" }, { cookie: "k" }] }),
      ...keySecurity("kept", keys, { locations: [{ header: "x-kept" }], forward: true }),
      ...keySecurity("signed", keys, {
        locations: [{ header: "x-signed" }],
        signed: { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] },
      }),
    ]);
  });
  const status = async (target: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await gateway.get(target, headers)).status;

  it("get in by a header, and by nothing that is nearly so", async () => {
    assert.equal(await status("/header", { "x-api-key": "key-of-alice" }), 200);
    for (const key of ["", "key-of-alic", "key-of-alicee", "KEY-OF-ALICE", "key-of-alice,key-of-alice", "alice", "\u00e9"])
      assert.equal(await status("/header", key === "" ? {} : { "x-api-key": key }), 401, key);
  });

  it("get in by the query, percent-encoded or not, and what else stands there stays as it is", async () => {
    assert.equal(await status("/query?a=%26b%20&key=key-of-alice&c"), 200);
    assert.equal(gateway.backend.received.at(-1)?.path, "/query?a=%26b%20&c");
    assert.equal(await status(`/query?key=${encodeURIComponent("bob's / key+?=")}`), 200);
    assert.equal(await status("/query?key=nobody"), 401);
    assert.equal(await status("/query?other=key-of-alice"), 401);
  });

  it("get in by a cookie", async () => {
    assert.equal(await status("/cookie", { cookie: "a=b; key=key-of-dave; c=d" }), 200);
    assert.equal(gateway.backend.received.at(-1)?.headers.cookie, "a=b; c=d");
    assert.equal(await status("/cookie", { cookie: "key=key-of-alice" }), 401);
  });

  it("are looked for in several places", async () => {
    assert.equal(await status("/several", { authorization: "ApiKey key-of-alice" }), 200);
    assert.equal(await status("/several?k=key-of-alice"), 200);
    assert.equal(await status("/several", { cookie: "k=key-of-alice" }), 200);
    assert.equal(await status("/several", { authorization: "key-of-alice" }), 401);
  });

  it("must all be there where several are asked for", async () => {
    const all = { "x-api-key": "key-of-alice", cookie: "key=key-of-dave" };
    assert.equal(await status("/two?key=key-of-alice", all), 200);
    assert.equal(await status("/two?key=key-of-alice", { "x-api-key": "key-of-alice" }), 401);
    assert.equal(await status("/two", all), 401);
  });

  it("tell the backend the client's name, which no client can say itself", async () => {
    await gateway.get("/header", { "x-api-key": "bob's / key+?=", "x-client": "root" });
    assert.equal(gateway.backend.received.at(-1)?.headers["x-client"], "bob");
    await gateway.get("/open", { "x-client": "root" });
    assert.equal(gateway.backend.received.at(-1)?.headers["x-client"], undefined);
  });

  it("are passed on only where the Security says so", async () => {
    await gateway.get("/header", { "x-api-key": "key-of-alice" });
    assert.equal(gateway.backend.received.at(-1)?.headers["x-api-key"], undefined);
    await gateway.get("/kept", { "x-kept": "key-of-alice" });
    assert.equal(gateway.backend.received.at(-1)?.headers["x-kept"], "key-of-alice");
  });

  it("of clients that are blocked are none", async () => assert.equal(await status("/header", { "x-api-key": "key-of-carol" }), 401));

  it("may be signed tokens", async () => {
    assert.equal(await status("/signed", { "x-signed": issuer.token() }), 200);
    assert.equal(await status("/signed", { "x-signed": "key-of-alice" }), 200);
    assert.equal(await status("/signed", { "x-signed": tokenIssuer().token() }), 401);
  });

  it("cannot be given in the header that the gateway itself looks in", async () => {
    for (const name of ["portico-credential-0", "portico-credential-1"])
      assert.equal(await status("/query", { [name]: "key-of-alice" }), 401, name);
  });

  it("are asked for by name", async () => {
    const answer = await gateway.get("/header");
    assert.equal(answer.headers["www-authenticate"], 'ApiKey realm="pets"');
  });
});
