import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Backend, type Certificate, startBackend } from "../../testing/backend.ts";
import { pem } from "../../testing/client-certificates.ts";
import { type FallenBackend, fallenBackend } from "../../testing/fallen-backend.ts";
import { freePort } from "../../testing/free-port.ts";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { tally } from "../backends/served.ts";
import { operation, token, tokens, wso2Gateway } from "./wso2-gateway.ts";

type Gateway = Awaited<ReturnType<typeof wso2Gateway>>;

const certificate: Certificate = { cert: Buffer.from(pem("localhost.pem")), key: Buffer.from(pem("localhost.key")) };
const trustedRoots = fileURLToPath(new URL("../fixtures/certificates/authority.pem", import.meta.url));

const to = (urls: readonly string[], type?: string): object => operation({ "x-wso2-production-endpoints": { urls, type } });

describe("x-wso2-production-endpoints", { timeout: 60_000 }, () => {
  const scope = suiteScope();
  let gateway: Gateway;
  let [one, two, secure]: readonly Backend[] = [];
  let flaky: FallenBackend;
  before(async () => {
    const named = (name: string, shown?: Certificate): Promise<Backend> =>
      startBackend(scope, ({ path }, response) => void response.end(`${name} ${path}`), shown);
    [one, two, secure] = [await named("one"), await named("two"), await named("secure", certificate)];
    flaky = await fallenBackend(
      scope,
      (socket) => socket.resetAndDestroy(),
      createServer((_, response) => void response.end("first")),
    );
    const [a, b, c] = [one.url, two.url, secure.url];
    const dead = `http://127.0.0.1:${await freePort()}`;
    gateway = await wso2Gateway(
      scope,
      {
        "x-wso2-basePath": "/shop/{version}",
        "x-wso2-disable-security": true,
        "x-wso2-endpoints": [{ store: { urls: [`${b}/store`], type: "http" } }],
        "x-mgw-endpoints": [{ older: { urls: [`${b}/older`] } }],
        "x-wso2-production-endpoints": { urls: [`${a}/v2`], type: "http" },
        paths: {
          "/plain": operation(),
          "/own": to([`${b}/v3`], "http"),
          "/secure": to([c], "https"),
          "/referred": operation({ "x-wso2-production-endpoints": "#/x-wso2-endpoints/store" }),
          "/older": operation({ "x-mgw-production-endpoints": "#/x-mgw-endpoints/older" }),
          "/balanced": to([a, b], "load_balance"),
          "/untyped": to([a, b]),
          "/paths": to([`${a}/x`, `${b}/y`], "load_balance"),
          "/schemes": to([`${a}/x`, `${c}/y`], "load_balance"),
          "/twice": to([a, a, b], "load_balance"),
          "/order": to([a, b], "failover"),
          "/dead-first": to([dead, b], "failover"),
          "/flaky-first": to([`http://127.0.0.1:${flaky.port}`, b], "failover"),
          "/items/{id}": to([`${a}/x`, `${b}/y`]),
        },
      },
      [],
      { trustedRoots },
    );
  });
  const ask =
    (path: string, method = "GET") =>
    () =>
      gateway.get(`${method} /shop/1.0.0${path}`);
  const asked = async (path: string): Promise<string> => (await ask(path)()).body;

  it("is where requests go, without the base path; an operation's own comes first", async () => {
    assert.equal(await asked("/plain?a=b"), "one /v2/plain?a=b");
    assert.equal(await asked("/own"), "two /v3/own");
    assert.equal(await asked("/secure"), "secure /secure");
    assert.equal((await gateway.get("/plain")).status, 404);
  });

  it("may be named, under a newer and an older name", async () => {
    assert.deepEqual([await asked("/referred"), await asked("/older")], ["two /store/referred", "two /older/older"]);
  });

  it("of several urls balances, whether that is said or not", async () => {
    for (const path of ["/balanced", "/untyped"])
      assert.deepEqual(await tally(10, ask(path)), { [`one ${path}`]: 5, [`two ${path}`]: 5 }, path);
  });

  it("of urls that differ in path or scheme, or stand twice, gives each its share", async () => {
    const near = async (path: string, expected: Readonly<Record<string, number>>): Promise<void> => {
      const count = 240;
      const found = await tally(count, ask(path));
      assert.deepEqual(Object.keys(found).toSorted(), Object.keys(expected).toSorted());
      // Each request is drawn by itself: within five times the deviation, which is 7.8 at most.
      for (const [answer, share] of Object.entries(expected))
        assert.ok(Math.abs((found[answer] ?? 0) - share * count) < 40, JSON.stringify(found));
    };
    await near("/paths", { "one /x/paths": 1 / 2, "two /y/paths": 1 / 2 });
    await near("/schemes", { "one /x/schemes": 1 / 2, "secure /y/schemes": 1 / 2 });
    await near("/twice", { "one /twice": 2 / 3, "two /twice": 1 / 3 });
    assert.match(await asked("/items/a%20b?q=1"), /^(one \/x|two \/y)\/items\/a%20b\?q=1$/);
  });

  it("of the type failover is an order: the second is asked while the first does not serve, by every method", async () => {
    assert.deepEqual(await tally(10, ask("/order")), { "one /order": 10 });
    for (const method of ["GET", "POST"]) assert.deepEqual(await tally(10, ask("/dead-first", method)), { "two /dead-first": 10 });
  });

  it("of the type failover goes back to the first when that serves again", async () => {
    const alone = (answer: string): Promise<boolean> =>
      until(`${answer} is the only answer`, async () => (await tally(5, ask("/flaky-first")))[answer] === 5, 30_000, 100);
    await alone("two /flaky-first");
    flaky.recover();
    await alone("first");
  });
});

describe("x-wso2-sandbox-endpoints", { timeout: 60_000 }, () => {
  it("are for tokens whose key is one of the sandbox's, by urls of their own", async (t) => {
    const named = (name: string): Promise<Backend> => startBackend(t, ({ path }, response) => void response.end(`${name} ${path}`));
    const [production, sandbox] = [await named("production"), await named("sandbox")];
    const gateway = await wso2Gateway(
      t,
      {
        "x-wso2-basePath": "/shop",
        "x-wso2-endpoints": [{ tryout: { urls: [`${sandbox.url}/own`] } }],
        "x-wso2-production-endpoints": { urls: [`${production.url}/v2`], type: "http" },
        "x-wso2-sandbox-endpoints": { urls: [`${sandbox.url}/try`], type: "http" },
        paths: {
          "/pets": operation(),
          "/named": operation({ "x-wso2-sandbox-endpoints": "#/x-wso2-endpoints/tryout" }),
          "/older": operation({ "x-mgw-sandbox-endpoints": { urls: [`${sandbox.url}/older`, `${sandbox.url}/older/`] } }),
        },
      },
      [tokens],
    );
    const asked = async (path: string, keytype: string): Promise<string> => (await gateway.get(`/shop${path}`, token({ keytype }))).body;
    assert.equal(await asked("/pets", "SANDBOX"), "sandbox /try/pets");
    assert.equal(await asked("/pets", "PRODUCTION"), "production /v2/pets");
    assert.equal(await asked("/named", "SANDBOX"), "sandbox /own/named");
    assert.equal(await asked("/older", "SANDBOX"), "sandbox /older/older");
    assert.equal((await gateway.get("/shop/pets")).status, 401);
  });
});
