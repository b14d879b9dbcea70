import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startBackend } from "../../testing/backend.ts";
import type { Answer } from "../../testing/raw-request.ts";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { rateLimiting, statuses } from "../limits/limited-gateway.ts";
import { operation, token, tokens, wso2Gateway } from "./wso2-gateway.ts";

type Gateway = Awaited<ReturnType<typeof wso2Gateway>>;

async function served(scope: Scope, document: object, resources: readonly object[] = []): Promise<Gateway> {
  let asked = 0;
  const { url } = await startBackend(scope, ({ path }, response) => void response.end(`${path} ${++asked}`));
  return wso2Gateway(scope, { "x-wso2-production-endpoints": { urls: [url] }, ...document }, [tokens, ...resources]);
}

describe("x-wso2-throttling-tier", { timeout: 60_000 }, () => {
  it("of the document counts all operations together, and comes before an operation's", async (t) => {
    for (const key of ["x-wso2-throttling-tier", "x-mgw-throttling-tier", "x-throttling-tier"]) {
      const paths = { "/a": operation(), "/b": operation({ "x-wso2-throttling-tier": "Gold" }) };
      const document = { "x-wso2-disable-security": true, [key]: "3PerDay", paths };
      const gateway = await served(t, document, [rateLimiting("3perday", { requests: 3, unit: "day", type: "api" })]);
      const ask = (path: string) => () => gateway.get(path);
      assert.deepEqual([...(await statuses(2, ask("/a"))), ...(await statuses(2, ask("/b")))], [200, 200, 200, 429], key);
      assert.equal((await gateway.get("/a")).status, 429);
    }
  });

  it("of an operation counts for it alone", async (t) => {
    const tiered = operation({ "x-wso2-throttling-tier": "2PerDay" });
    const document = { "x-wso2-disable-security": true, paths: { "/a": tiered, "/b": tiered, "/c": operation() } };
    const gateway = await served(t, document, [rateLimiting("2perday", { requests: 2, unit: "day" })]);
    for (const path of ["/a", "/b"]) assert.deepEqual(await statuses(3, () => gateway.get(path)), [200, 200, 429], path);
    assert.deepEqual(await statuses(5, () => gateway.get("/c")), [200, 200, 200, 200, 200]);
  });
});

describe("tiers in tokens of WSO2's", { timeout: 60_000 }, () => {
  it("an application's counts where a RateLimiting names its claim, and what is in subscribedAPIs does not", async (t) => {
    const limit = {
      type: "application",
      requests: 2,
      unit: "day",
      conditions: [{ claim: { name: "application.tier", value: "2PerDay" } }],
    };
    const document = { "x-portico": { rateLimit: "two" }, paths: { "/a": operation() } };
    const gateway = await served(t, document, [rateLimiting("two", limit)]);
    const claims = (id: string, tier: string): object => ({
      azp: id,
      keytype: "PRODUCTION",
      application: { id, name: "shop", tier, owner: "ann" },
      subscribedAPIs: [{ name: "Pets", context: "/", version: "1.0.0", publisher: "admin", subscriptionTier: "2PerDay" }],
    });
    const ask = (id: string, tier: string) => () => gateway.get("/a", token(claims(id, tier)));
    assert.deepEqual(await statuses(3, ask("one", "2PerDay")), [200, 200, 429]);
    assert.deepEqual(await statuses(3, ask("two", "2PerDay")), [200, 200, 429]);
    assert.deepEqual(await statuses(3, ask("three", "Unlimited")), [200, 200, 200]);
  });
});

describe("x-wso2-cors", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  const paths = { "/pets": operation() };
  const camel = {
    corsConfigurationEnabled: true,
    accessControlAllowOrigins: ["https://app.test"],
    accessControlAllowHeaders: ["X-Trace"],
    accessControlAllowMethods: ["GET"],
    accessControlExposeHeaders: ["X-Total"],
    accessControlAllowCredentials: true,
  };
  const kebab = Object.fromEntries(
    Object.entries(camel).map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value]),
  );
  const fields = ({ headers }: Answer): object =>
    Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (name.startsWith("access-control-") ? [[name.slice(15), value]] : [])),
    );
  const preflight = (method: string): Readonly<Record<string, string>> => ({
    "access-control-request-method": method,
    "access-control-request-headers": "x-trace",
  });
  const from = (gateway: Gateway, origin: string, line = "GET", headers = {}) =>
    gateway.get(`${line} /pets`, { ...token(), origin, ...headers });

  for (const [title, document] of [
    ["in camelCase", { "x-wso2-cors": camel }],
    ["in kebab-case, under its older name", { "x-mgw-cors": kebab }],
  ] as const)
    it(`says what pages of which origins may ask, ${title}`, async () => {
      const gateway = await served(scope, { ...document, paths });
      const common = { "allow-origin": "https://app.test", "allow-credentials": "true" };
      const asked = await from(gateway, "https://app.test", "OPTIONS", preflight("GET"));
      assert.equal(asked.status, 200);
      const said = { "allow-methods": "GET, HEAD", "allow-headers": "X-Trace", "expose-headers": "X-Total", "max-age": "5" };
      assert.deepEqual(fields(asked), { ...common, ...said });
      assert.deepEqual(fields(await from(gateway, "https://app.test", "OPTIONS", preflight("POST"))), {});
      assert.deepEqual(fields(await from(gateway, "https://app.test")), { ...common, "expose-headers": "X-Total" });
      assert.deepEqual(fields(await from(gateway, "https://other.test")), {});
    });

  it("that is switched off is none", async () => {
    const gateway = await served(scope, { "x-wso2-cors": { ...camel, corsConfigurationEnabled: false }, paths });
    assert.deepEqual(fields(await from(gateway, "https://app.test")), {});
  });
});

describe("x-wso2-response-cache", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Gateway;
  const paths = { "/open": operation({ "x-auth-type": "None" }), "/closed": operation() };
  before(async () => {
    gateway = await served(scope, { "x-wso2-response-cache": { enabled: true, cacheTimeoutInSeconds: 300 }, paths });
  });

  it("gives an answer again, for so long, where nobody needs a credential", async () => {
    const kept = await until("an answer is given again", async () => {
      const answer = await gateway.get("/open");
      return answer.headers["cache-status"] === "portico; hit" && answer;
    });
    assert.equal((await gateway.get("/open")).body, kept.body);
    assert.match((await gateway.get("/open?other")).body, /^\/open\?other /);
    const bodies = [await gateway.get("/closed", token()), await gateway.get("/closed", token())].map(({ body }) => body);
    assert.notEqual(bodies[0], bodies[1]);
  });

  it("that is switched off, under its older name, keeps none", async () => {
    const other = await served(scope, { "x-mgw-response-cache": { enabled: false }, paths });
    for (const count of [1, 2, 3]) assert.equal((await other.get("/open")).body, `/open ${count}`);
  });
});

describe("the rest of a document for WSO2's gateway", { timeout: 60_000 }, () => {
  it("is served under its base path, with the version in it, whoever its owner is, and without code of another product", async (t) => {
    const document = {
      "x-mgw-basePath": "/shop/{version}",
      "x-mgw-disable-security": true,
      "x-wso2-owner": "admin@secret.test",
      "x-wso2-request-interceptor": "java:com.example.Trace",
      "x-mgw-response-interceptor": "shorten",
      "x-portico": { foreignInterceptors: "ignore" },
      paths: { "/pets": operation({ "x-wso2-request-interceptor": "check" }) },
    };
    const gateway = await served(t, document);
    const { status, headers, body } = await gateway.get("/shop/1.0.0/pets");
    assert.deepEqual([status, body], [200, "/pets 1"]);
    assert.ok(!JSON.stringify(headers).includes("admin@secret.test"));
    assert.equal((await gateway.get("/shop/1.0.1/pets")).status, 404);
    const configuration = (await gateway.envoy.admin.get("/config_dump"))?.body ?? "";
    assert.ok(configuration.length > 1000 && !configuration.includes("admin@secret.test"), "an owner is a note for people");
  });
});
