import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Answer } from "../../testing/raw-request.ts";
import { suiteScope } from "../../testing/scope.ts";
import { tokenIssuer } from "../../testing/token-issuer.ts";
import { bearer, keySecurity, tokenSecurity } from "../security/protected-gateway.ts";
import { limited, limitedGateway, rateLimiting, statuses } from "./limited-gateway.ts";

const issuer = tokenIssuer();
const other = tokenIssuer("https://other.test");
const of = (claims: object) => bearer(issuer.token({ claims: { ...claims } }));
const ofOther = (claims: object) => ({ "x-token": other.token({ claims: { ...claims } }) });
const key = (name: string) => ({ "x-key": `key-of-${name}` });
const from = (client: string) => ({ "x-forwarded-for": `${client}, 10.0.0.1` });

const schemes = {
  token: { type: "http", scheme: "bearer" },
  other: { type: "http", scheme: "bearer" },
  key: { type: "apiKey", in: "header", name: "X-Key" },
};

const once = (name: string, spec: object): object => rateLimiting(name, { requests: 1, ...spec });
const [either, token] = [[{ token: [] }, { key: [] }], [{ token: [] }]];

describe("what is counted apart", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  const tokens = [{ token: [] }, { other: [] }];
  before(async () => {
    gateway = await limitedGateway(
      scope,
      {
        "/address": limited("by-address"),
        "/header": limited("by-header"),
        "/client": limited("by-client", { security: either }),
        "/client/both": limited("by-client", { security: [{ token: [], key: [] }] }),
        "/client/open": limited("by-client"),
        "/application/a": limited("application", { security: either }),
        "/application/b": limited("application", { security: either }),
        "/subscription/a": limited("subscription", { security: either }),
        "/subscription/b": limited("subscription", { security: either }),
        "/claim": limited("by-claim", { security: token }),
        "/claim/nested": limited("by-nested", { security: token }),
        "/claim/two": limited("by-claim", { security: tokens }),
        "/claim/optional": limited("by-claim", { security: [...either] }),
      },
      [
        once("by-address", { key: { by: "address" } }),
        once("by-header", { key: { by: "header", name: "X-Team" } }),
        once("by-client", { key: { by: "client" } }),
        once("application", { type: "application" }),
        once("subscription", { type: "subscription" }),
        once("by-claim", { key: { by: "claim", name: "team" } }),
        once("by-nested", { key: { by: "claim", name: "org.unit" } }),
        ...keySecurity("key", { alice: "key-of-alice", bob: "key-of-bob" }),
        tokenSecurity("token", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
        tokenSecurity("other", { issuers: [{ issuer: other.issuer, jwks: { inline: other.jwks } }], locations: [{ header: "x-token" }] }),
      ],
      { trustedHops: 2 },
      { components: { securitySchemes: schemes } },
    );
  });
  const ask = (target: string, headers: Readonly<Record<string, string>>) => (): Promise<Answer> => gateway.get(target, headers);
  /** For each of some requests, in their order, whether it was let through. */
  const through = async (target: string, ...all: readonly Readonly<Record<string, string>>[]): Promise<string> => {
    const found: number[] = [];
    for (const headers of all) found.push(...(await statuses(1, ask(target, headers))));
    return found.map((status) => (status === 200 ? "+" : status === 429 ? "-" : `(${status})`)).join("");
  };

  it("is each client's address, as trusted proxies say it; of IPv6 the network of 64 bits", async () => {
    assert.equal(await through("/address", from("192.0.2.1"), from("192.0.2.1"), from("192.0.2.2")), "+-+");
    assert.equal(await through("/address", from("2001:db8::1"), from("2001:db8::ffff"), from("2001:db8:0:1::1")), "+-+");
  });

  it("is each value of a header, and its absence", async () => {
    assert.equal(await through("/header", { "x-team": "a" }, { "x-team": "b" }, { "x-team": "a" }, {}, {}, { "x-team": "" }), "++-+-+");
    assert.equal(await through("/header", { "x-team": "c".repeat(256) }, { "x-team": "d".repeat(256) }), "++");
    assert.equal(await through("/header", { "x-team": "e".repeat(257) }, { "x-team": "f".repeat(9000) }), "+-", "long ones count together");
  });

  it("is each client of a credential: of a key by its name, of a token by client_id, azp or sub", async () => {
    assert.equal(await through("/client", key("alice"), key("bob"), key("alice")), "++-");
    assert.equal(await through("/client", of({ client_id: "app" }), of({ azp: "app" }), of({ sub: "app" }), of({ azp: "web" })), "+--+");
    assert.equal(await through("/client", of({ client_id: "one", azp: "two" }), of({ azp: "two" }), of({ client_id: "one" })), "++-");
    // A key's client and a token's are two, though they have one name.
    assert.equal(await through("/client", of({ azp: "bob" })), "+");
  });

  it("is counted for each credential that is shown: a second one brings nothing", async () => {
    assert.equal(await through("/client/both", { ...key("alice"), ...of({ azp: "1" }) }, { ...key("alice"), ...of({ azp: "2" }) }), "+-");
    assert.equal(await through("/client/both", { ...key("bob"), ...of({ azp: "1" }) }), "-");
  });

  it("is the address where no credential is asked for", async () => {
    assert.equal(await through("/client/open", from("192.0.2.1"), from("192.0.2.1"), from("192.0.2.2")), "+-+");
    assert.equal(await through("/client/open", { ...key("alice"), ...from("192.0.2.1") }), "-");
  });

  it("is each application, for the whole API and beyond; and each application's subscription", async () => {
    assert.equal(await through("/application/a", key("alice"), of({ azp: "app" }), key("alice")), "++-");
    assert.equal(await through("/application/b", key("alice"), of({ azp: "app" }), key("bob")), "--+");
    assert.equal(await through("/subscription/a", key("alice")), "+");
    assert.equal(await through("/subscription/b", key("alice"), key("bob")), "-+");
    const said = async (target: string): Promise<unknown> => JSON.parse((await gateway.get(target, key("alice"))).body).limit;
    assert.deepEqual([await said("/application/a"), await said("/subscription/a")], ["application", "subscription"]);
  });

  it("is each value of a claim, whatever it is made of, and its absence", async () => {
    const teams = [
      { team: "a" },
      { team: "b" },
      { team: "a" },
      { team: 7 },
      { team: 7 },
      { team: 8 },
      { team: true },
      { team: true },
      {},
      {},
      { team: ["a"] },
    ];
    assert.equal(await through("/claim", ...teams.map(of)), "++-+-++-+-+");
    const nested = [{ org: { unit: "a" } }, { org: { unit: "a" } }, { "org.unit": "b" }, { org: { unit: "b" } }, { org: "x" }, {}];
    assert.equal(await through("/claim/nested", ...nested.map(of)), "+-+-+-");
  });

  it("is each value of a claim in each of several tokens", async () => {
    assert.equal(await through("/claim/two", of({ team: "a" }), ofOther({ team: "a" }), ofOther({ team: "a" }), of({ team: "b" })), "++-+");
    assert.equal(await through("/claim/two", { ...of({ team: "c" }), ...ofOther({ team: "a" }) }), "-");
    assert.equal(await through("/claim/optional", key("alice"), key("bob"), of({ team: "a" })), "+-+");
  });
});

const numbers = ["42", "0.12345678", "-1.5", "0.0000001", "123456789012"];

describe("which requests count", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  const header = { header: { name: "X-Plan", value: "free" } };
  const query = { query: { name: "size", pattern: "[0-9]{3,}" } };
  const claims = { claim: { name: "plan", value: "free" } };
  const addresses = { addresses: ["192.0.2.0/24", "2001:db8::/32"] };
  before(async () => {
    const cases = {
      header: [header],
      "not-header": [{ ...header, not: true }],
      "any-header": [{ header: { name: "x-plan" } }],
      query: [query],
      "not-query": [{ ...query, not: true }],
      claim: [claims],
      "not-claim": [{ ...claims, not: true }],
      "some-claim": [{ claim: { name: "plan" } }],
      ...Object.fromEntries(numbers.map((value) => [`number-${value}`, [{ claim: { name: "plan", value } }]])),
      addresses: [addresses],
      "not-addresses": [{ ...addresses, not: true }],
      all: [header, query, addresses],
      any: [header, query, claims],
    };
    gateway = await limitedGateway(
      scope,
      Object.fromEntries(Object.keys(cases).map((name) => [`/${name}`, limited(name, { security: either })])),
      [
        ...Object.entries(cases).map(([name, conditions]) => once(name, { conditions, match: name === "any" ? "any" : "all" })),
        tokenSecurity("token", { issuers: [{ issuer: issuer.issuer, jwks: { inline: issuer.jwks } }] }),
        ...keySecurity("key", { alice: "key-of-alice" }),
      ],
      { trustedHops: 2 },
      { components: { securitySchemes: schemes } },
    );
  });
  const get = (target: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    gateway.get(target, headers.authorization === undefined ? { ...key("alice"), ...headers } : headers);
  const counts = async (target: string, headers: Readonly<Record<string, string>> = {}): Promise<boolean> =>
    (await get(target, headers)).headers["x-ratelimit-limit"] !== undefined;

  it("is said by a header's value", async () => {
    const tried = [{}, { "x-plan": "free" }, { "x-plan": "paid" }];
    const all = (path: string): Promise<readonly boolean[]> => Promise.all(tried.map((headers) => counts(path, headers)));
    assert.deepEqual(await all("/header"), [false, true, false]);
    assert.deepEqual(await all("/not-header"), [true, false, true]);
    assert.deepEqual(await all("/any-header"), [false, true, true]);
  });

  it("is said by a query parameter that matches as a whole", async () => {
    const tried = ["", "?size=100", "?size=99", "?size=100x", "?other=100", "?a=1&size=1000"];
    assert.deepEqual(await Promise.all(tried.map((one) => counts(`/query${one}`))), [false, true, false, false, false, true]);
    assert.deepEqual(await Promise.all(tried.map((one) => counts(`/not-query${one}`))), [true, false, true, true, true, false]);
  });

  it("is said by a claim: a text, a number, a truth value, or one of a list", async () => {
    const tried = [{}, of({ plan: "free" }), of({ plan: "paid" }), of({ plan: ["paid", "free"] }), of({ plan: 7 }), of({})];
    const all = (path: string): Promise<readonly boolean[]> => Promise.all(tried.map((headers) => counts(path, headers)));
    assert.deepEqual(await all("/claim"), [false, true, false, true, false, false]);
    assert.deepEqual(await all("/not-claim"), [true, false, true, false, true, true]);
    assert.deepEqual(await all("/some-claim"), [false, true, true, true, true, false]);
  });

  it("is said by a number of a claim, as it is written", async () => {
    for (const value of numbers) {
      const tried = [of({ plan: Number(value) }), of({ plan: [Number(value)] }), of({ plan: Number(value) + 1 }), of({ plan: value })];
      assert.deepEqual(await Promise.all(tried.map((one) => counts(`/number-${value}`, one))), [true, true, false, true], value);
    }
  });

  it("is said by the client's address", async () => {
    const tried = ["192.0.2.7", "192.0.3.7", "2001:db8::7", "2001:db9::7"];
    assert.deepEqual(await Promise.all(tried.map((one) => counts("/addresses", from(one)))), [true, false, true, false]);
    assert.deepEqual(await Promise.all(tried.map((one) => counts("/not-addresses", from(one)))), [false, true, false, true]);
  });

  it("is said by all conditions, or by any of them, and counted once", async () => {
    const [plan, address] = [{ "x-plan": "free" }, from("192.0.2.7")];
    assert.equal(await counts("/all?size=100", { ...plan, ...address }), true);
    for (const [target, headers] of [
      ["/all?size=100", plan],
      ["/all?size=1", { ...plan, ...address }],
      ["/all?size=100", address],
    ] as const)
      assert.equal(await counts(target, headers), false);
    const statusOf = async (target: string, headers: Readonly<Record<string, string>> = {}) => (await get(target, headers)).status;
    assert.deepEqual([await statusOf("/any"), await statusOf("/any?size=1", of({ plan: "paid" }))], [200, 200]);
    assert.equal(await statusOf("/any?size=100", { ...plan, ...of({ plan: "free" }) }), 200);
    const each = [
      ["/any?size=100", {}],
      ["/any", plan],
      ["/any", of({ plan: "free" })],
    ] as const;
    for (const [target, headers] of each) assert.equal(await statusOf(target, headers), 429);
    assert.equal(await statusOf("/any"), 200);
  });
});
