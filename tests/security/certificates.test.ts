import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { suiteScope } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { guarded, keySecurity, protectedGateway, secret, security } from "./protected-gateway.ts";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));
const pem = (name: string): string => readFileSync(path(name), "utf8");

/** The status of an answer; `refused` where the connection ends before there is one. */
function get(port: number, target: string, client?: string, headers: Readonly<Record<string, string>> = {}): Promise<number | "refused"> {
  const shown = client === undefined ? {} : { cert: pem(`${client}.pem`), key: pem(`${client}.key`) };
  return new Promise((resolve) => {
    const options = {
      host: "127.0.0.1",
      port,
      path: target,
      servername: "localhost",
      ca: pem("authority.pem"),
      agent: false,
      headers,
      ...shown,
    };
    const sent = request(options, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    sent.once("error", () => resolve("refused"));
    sent.end();
  });
}

/** The statuses of requests on connections that resume the session of the one before, where the gateway lets them. */
async function resumed(port: number, target: string, client: string): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 10 });
  const found: number[] = [];
  for (let connection = 0; connection < 4; connection++)
    found.push(
      await new Promise<number>((resolve, reject) => {
        const shown = { cert: pem(`${client}.pem`), key: pem(`${client}.key`), ca: pem("authority.pem"), servername: "localhost" };
        const sent = request({ host: "127.0.0.1", port, path: target, agent, ...shown }, (response) => {
          response.resume();
          response.once("end", () => resolve(response.statusCode ?? 0));
        });
        sent.once("error", reject).end();
      }),
    );
  agent.destroy();
  return found;
}

describe("certificates that clients show", () => {
  const scope = suiteScope();
  let gateway: Awaited<ReturnType<typeof protectedGateway>>;
  before(async () => {
    const paths = {
      "/any": guarded({ any: [] }),
      "/many": guarded({ many: [] }),
      "/named": guarded({ named: [] }),
      "/prefixed": guarded({ prefixed: [] }),
      "/optional": guarded({ optional: [] }),
      "/either": guarded({ named: [] }, { key: [] }),
      "/some": guarded({ some: [] }),
      "/open": guarded(),
    };
    const trust = { name: "clients" };
    gateway = await protectedGateway(
      scope,
      { paths, components: { securitySchemes: { any: { type: "mutualTLS" } } } },
      [
        security("any", { type: "mtls", mtls: { trust, identityHeader: "x-client" }, blockedClients: ["bob.test"] }),
        security("many", { type: "mtls", mtls: { trust }, blockedClients: ["CN=carol,O=Pets"] }),
        security("named", {
          type: "mtls",
          mtls: { trust, subjects: [{ type: "uri", value: "spiffe://pets.test/alice" }], identityHeader: "x-client" },
        }),
        security("prefixed", { type: "mtls", mtls: { trust, subjects: [{ type: "dns", value: "bob.", prefix: true }] } }),
        security("optional", { type: "mtls", mtls: { trust, mode: "optional", identityHeader: "x-client" } }),
        security("some", {
          type: "mtls",
          mtls: { trust, mode: "optional", subjects: [{ type: "uri", value: "spiffe://pets.test/alice" }], identityHeader: "x-client" },
        }),
        secret("clients", { "ca.crt": pem("clients.pem") + pem("carol.pem") }),
        ...keySecurity("key", { dave: "key-of-dave" }, { locations: [{ header: "x-key" }] }),
      ],
      { tls: { certificate: path("localhost.pem"), key: path("localhost.key") } },
    );
  });
  const statuses = (target: string, headers: Readonly<Record<string, string>> = {}) =>
    Promise.all([undefined, "alice", "bob"].map((client) => get(gateway.port, target, client, headers)));
  const seen = () => gateway.backend.received.at(-1)?.headers["x-client"];

  it("let in whom an authority knows, and by name where names are said", async () => {
    assert.deepEqual(await statuses("/any"), [401, 200, 401]);
    assert.deepEqual(await statuses("/named"), [401, 200, 401]);
    assert.deepEqual(await statuses("/prefixed"), [401, 401, 200]);
    assert.deepEqual(await statuses("/optional"), [200, 200, 200]);
    assert.deepEqual(await statuses("/open"), [200, 200, 200]);
    assert.deepEqual(await statuses("/either", { "x-key": "key-of-dave" }), [200, 200, 200]);
  });

  it("count on connections that would resume a session, too", async () => {
    assert.deepEqual(await resumed(gateway.port, "/any", "alice"), [200, 200, 200, 200]);
  });

  it("are blocked by a name, and one without names by its subject", async () => {
    assert.deepEqual([await get(gateway.port, "/any", "carol"), await get(gateway.port, "/many", "carol")], [200, 401]);
    assert.deepEqual([await get(gateway.port, "/any", "bob"), await get(gateway.port, "/many", "bob")], [401, 200]);
  });

  it("tell the backend who it is, which no client can say", async () => {
    const forged = { "x-client": "root", "x-forwarded-client-cert": "Subject=root" };
    assert.equal(await get(gateway.port, "/any", "alice", forged), 200);
    assert.equal(seen(), "CN=alice,O=Pets");
    assert.equal(gateway.backend.received.at(-1)?.headers["x-forwarded-client-cert"], undefined);
    assert.equal(await get(gateway.port, "/named", "alice", forged), 200);
    assert.equal(seen(), "spiffe://pets.test/alice");
    assert.equal(await get(gateway.port, "/optional", undefined, forged), 200);
    assert.equal(seen(), undefined);
    assert.equal(await get(gateway.port, "/optional", "alice", forged), 200);
    assert.equal(seen(), "CN=alice,O=Pets");
    assert.equal(await get(gateway.port, "/either", "bob", { ...forged, "x-key": "key-of-dave" }), 200);
    assert.equal(seen(), undefined);
  });

  it("tell it nothing of one that is not among those that count, where none is needed", async () => {
    const expected = { alice: "spiffe://pets.test/alice", bob: undefined } as const;
    for (const client of ["alice", "bob"] as const) {
      assert.equal(await get(gateway.port, "/some", client, { "x-client": "root" }), 200);
      assert.equal(seen(), expected[client], client);
    }
    assert.equal(await get(gateway.port, "/either", "alice"), 200);
    assert.equal(seen(), expected.alice);
  });

  it("one that no authority issued ends the connection, before anything is asked", async () => {
    const before = gateway.backend.received.length;
    assert.equal(await get(gateway.port, "/open", "mallory"), "refused");
    assert.equal(gateway.backend.received.length, before);
  });

  it("other authorities count for new connections at once", async () => {
    const inFile = { name: "trust", validation_context: { trusted_ca: { inline_string: pem("strangers.pem") } } };
    const type = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
    await gateway.envoy.write("mounted/trust.json", JSON.stringify({ version_info: "2", resources: [{ "@type": type, ...inFile }] }));
    await until("the other authority counts", async () => (await get(gateway.port, "/any", "mallory")) === 200, 1_000);
    assert.equal(await get(gateway.port, "/any", "alice"), "refused");
  });
});
