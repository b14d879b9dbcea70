import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { resolveCase } from "../../testing/golden-case.ts";
import { runPortico, temporaryFolder } from "../../testing/portico.ts";
import { suiteScope } from "../../testing/scope.ts";
import { keySecurity } from "../security/protected-gateway.ts";
import { limited, limitedGateway, rateLimiting, statuses } from "./limited-gateway.ts";

const settings = { mock: true, credentials: "fail", debug: false, trustedHops: 0, requests: [] } as const;

/** What is said of an operation with a limit, each as `reason at pointer: message`. */
function said(rateLimit: unknown, limits: readonly object[], more: object = {}): readonly string[] {
  const document = {
    ...{ openapi: "3.1.0", info: { title: "Pets", version: "1.0.0" }, paths: { "/pets": limited(rateLimit, more) } },
    components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
  };
  const input = [document, ...limits, ...keySecurity("key", { alice: "key-of-alice" })].map((one) => JSON.stringify(one)).join("\n---\n");
  const { problems } = resolveCase({ input, settings: { ...settings, requests: [] } });
  return problems.map(({ reason, where, message }) => `${reason} at ${where.pointer}: ${message}`);
}

const few = (spec: object): readonly object[] => [rateLimiting("few", { scope: undefined, requests: 2, ...spec })];

describe("what is wrong with a limit is said where it stands", () => {
  const cases: readonly (readonly [what: string, rateLimit: unknown, limits: readonly object[], expected: RegExp])[] = [
    [
      "one that is not there",
      "fwe",
      few({}),
      /^UnknownLimit at .*\/rateLimit: There is no RateLimiting `fwe`, and no tier of this name. Did you mean `few`\?$/,
    ],
    ["a tier in small letters", "gold", [], /^UnknownLimit .*Did you mean `Gold`\?$/],
    ["none", "few", few({ requests: 0 }), /^WrongValue at \/spec\/requests: /],
    ["less than none", "few", few({ requests: -1 }), /^WrongValue at \/spec\/requests: /],
    ["both requests and bytes", "few", few({ bandwidth: "1Mi" }), /Exactly one of `requests`, `bandwidth`/],
    [
      "bytes of each gateway",
      "few",
      [rateLimiting("few", { bandwidth: "1Mi" })],
      /^WrongValue at \/spec: Gateways count bytes together alone/,
    ],
    ["more bytes than are counted", "few", few({ requests: undefined, bandwidth: "5Ti" }), /^WrongValue at \/spec\/bandwidth: .*4 TiB/],
    [
      "a count across gateways that marks",
      "few",
      few({ scope: "global", onExcess: "mark" }),
      /^WrongValue at \/spec\/onExcess: .*`scope: local`/,
    ],
    ["a failure of each gateway's own count", "few", few({ onFailure: "closed" }), /^WrongValue at \/spec\/onFailure: .*`scope: global`/],
    ["several days", "few", few({ unit: "day", unitCount: 2 }), /^WrongValue at \/spec\/unitCount: Over days .*`scope: local`/],
    [
      "an application's burst",
      "few",
      few({ type: "application", burst: 5 }),
      /^WrongValue at \/spec\/burst: Of applications .*`scope: local`/,
    ],
    [
      "a claim in a key",
      "few",
      few({ key: { by: "claim", name: "team" } }),
      /^WrongValue at .*\/rateLimit: The RateLimiting `few` asks for a claim, and no token/,
    ],
    ["a claim in a condition", "few", few({ conditions: [{ claim: { name: "team" } }] }), /^WrongValue at .*\/rateLimit: /],
    [
      "an expression that is none",
      "few",
      few({ conditions: [{ header: { name: "a", pattern: "(?=x)" } }] }),
      /^WrongValue at \/spec\/conditions\/0\/header\/pattern: Not a regular/,
    ],
    ["a key without its name", "few", few({ key: { by: "header" } }), /^WrongValue at \/spec\/key: `name` goes with/],
    [
      "too many lists of addresses",
      ["a", "b", "c", "d", "e"],
      ["a", "b", "c", "d", "e"].map((name, index) => rateLimiting(name, { requests: 1, conditions: [{ addresses: [`10.0.0.${index}`] }] })),
      /more than 4 lists of addresses/,
    ],
  ];
  for (const [what, rateLimit, limits, expected] of cases)
    it(what, () => {
      const all = said(rateLimit, limits);
      assert.ok(
        all.some((one) => expected.test(one)),
        all.join("\n"),
      );
    });

  it("a tier needs keys that have entries", () => {
    const tiered = few({ conditions: [{ tier: "gold" }] });
    assert.match(said("few", tiered).join(), /asks for a client's tier, and no key is checked here/);
    const security = [{ key: [] }];
    assert.deepEqual(said("few", tiered, { security }), []);
  });

  it("a key's clients need no token, and a claim does, whatever else is checked", () => {
    const security = [{ key: [] }];
    assert.deepEqual(said("few", few({ key: { by: "client" } }), { security }), []);
    assert.match(said("few", few({ key: { by: "claim", name: "team" } }), { security }).join(), /^WrongValue /);
  });
});

describe("limits of a document for WSO2's gateway", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof limitedGateway>>;
  const guarded = { security: [{ key: [] }] };
  before(async () => {
    gateway = await limitedGateway(
      scope,
      {
        "/tier": { get: { security: [], responses: {}, "x-wso2-throttling-tier": "3kPerHour" } },
        "/older": { get: { security: [], responses: {}, "x-throttling-tier": "Bronze" } },
        "/unlimited": { get: { security: [], responses: {}, "x-throttling-tier": "Unlimited" } },
        ...Object.fromEntries(["operation", "api", "application", "subscription"].map((name) => [`/${name}`, limited(name, guarded)])),
      },
      [
        rateLimiting("3kperhour", { requests: 3 }),
        ...["operation", "api", "application", "subscription"].map((type) => rateLimiting(type, { type, requests: 1 })),
        ...keySecurity("key", { alice: "key-of-alice" }, { locations: [{ header: "x-key" }] }),
      ],
      {},
      { "x-portico": { errors: "wso2" } },
    );
  });
  const ask = (path: string) => () => gateway.get(path, { "x-key": "key-of-alice" });

  it("are found by their tiers' names, whatever letters those have", async () => {
    assert.deepEqual(await statuses(4, ask("/tier")), [200, 200, 200, 429]);
    assert.equal((await gateway.get("/older")).headers["x-ratelimit-limit"], "1000");
    assert.equal((await gateway.get("/unlimited")).headers["x-ratelimit-limit"], undefined);
  });

  it("are answered with its codes", async () => {
    const codes = { api: 900800, operation: 900802, application: 900803, subscription: 900804 };
    for (const [path, code] of Object.entries(codes)) {
      assert.deepEqual(await statuses(2, ask(`/${path}`)), [200, 429], path);
      const { fault } = JSON.parse((await gateway.get(`/${path}`, { "x-key": "key-of-alice" })).body);
      assert.deepEqual([fault.code, fault.message], [code, "Message throttled out"], path);
    }
  });
});

describe("`portico run --with-ratelimit` without the programs", () => {
  it("says which, and how each is had; nothing is served", async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(
      join(folder, "pets.json"),
      JSON.stringify({ openapi: "3.1.0", info: { title: "Pets", version: "1" }, paths: { "/pets": { get: { responses: {} } } } }),
    );
    const none = { PATH: folder, PORTICO_REDIS: join(folder, "redis") };
    const { exit, stderr } = await runPortico(t, ["run", "pets.json", "--mock", "--with-ratelimit"], folder, none);
    assert.equal(exit, 1);
    assert.match(stderr, /error NoLimitsService: The program `redis-server` is not at .*\/redis \(PORTICO_REDIS\)\. Install Redis/);
    assert.match(stderr, /error NoLimitsService: The program `ratelimit` is not on PATH\. Build it with Go/);
  });
});
