import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { discoveryFile } from "../../src/compile/envoy/json.ts";
import { startBackend } from "../../testing/backend.ts";
import { type Scope, suiteScope, within } from "../../testing/scope.ts";
import { until } from "../../testing/until.ts";
import { protectedGateway, secret } from "../security/protected-gateway.ts";
import { sentTo, targetEndpoint } from "./served.ts";

const pem = (name: string): string => readFileSync(fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url)), "utf8");
const authorities = [
  secret("authority", { "ca.crt": pem("authority.pem") }),
  secret("strangers", { other: pem("strangers.pem") }),
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "authority" }, data: { "ca.crt": pem("authority.pem") } },
];

/** A backend with TLS that says which name it was asked by, and who showed a certificate; `requires` one of the authorities'. */
async function secureBackend(scope: Scope, name: string, requires = false): Promise<number> {
  const server: Server = createServer(
    { cert: pem(`${name}.pem`), key: pem(`${name}.key`), ca: pem("clients.pem"), requestCert: requires, rejectUnauthorized: requires },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      response.end(JSON.stringify([socket.servername, socket.getPeerCertificate().subject?.CN ?? null]));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("a backend that is to be believed", () => {
  const asked = (tls: object, name = "localhost", requires = false): Promise<string> =>
    within(async (scope) => {
      const url = `https://localhost:${await secureBackend(scope, name, requires)}`;
      const gateway = await protectedGateway(scope, { paths: { "/pets": sentTo("pets") } }, [
        targetEndpoint("pets", { url, tls }),
        ...authorities,
        secret("shown", { "tls.crt": pem("alice.pem"), "tls.key": pem("alice.key") }),
        secret("mixed", { "tls.crt": pem("alice.pem"), "tls.key": pem("bob.key") }),
      ]);
      const { status, body } = await gateway.get("/pets");
      return status === 200 ? body : String(status);
    });

  it("is believed by the authorities of a Secret or ConfigMap, and by no others", async () => {
    assert.equal(await asked({ trust: { secret: { name: "authority" } } }), '["localhost",null]');
    assert.equal(await asked({ trust: { configMap: { name: "authority", key: "ca.crt" } } }), '["localhost",null]');
    assert.equal(await asked({ trust: { secret: { name: "strangers", key: "other" } } }), "502");
    assert.equal(await asked({}), "502");
  });

  it("is asked by the name that is said, which its certificate must have", async () => {
    const trust = { secret: { name: "authority" } };
    assert.equal(await asked({ trust, serverName: "other.test" }, "other"), '["other.test",null]');
    assert.equal(await asked({ trust }, "other"), "502");
  });

  it("is believed whoever it is, where that is said out loud", async () => {
    assert.equal(await asked({ insecureSkipVerify: true }, "other"), '["localhost",null]');
  });

  it("is shown a certificate, where it wants one", async () => {
    const trust = { secret: { name: "authority" } };
    assert.equal(await asked({ trust, clientCertificate: { name: "shown" } }, "localhost", true), '["localhost","alice"]');
    assert.equal(await asked({ trust }, "localhost", true), "502");
  });

  it("is sent nothing where what it is to be believed by, or shown, is missing or of no use", async () => {
    assert.equal(await asked({ trust: { secret: { name: "nobody" } } }), "503");
    assert.equal(await asked({ trust: { secret: { name: "authority" } }, clientCertificate: { name: "mixed" } }), "503");
  });
});

describe("a credential for a backend", () => {
  const scope = suiteScope();

  it("is a name and password, a token, or a header's value, in place of what a client wrote there", async () => {
    const backend = await startBackend(scope);
    const endpoints = {
      basic: { url: backend.url, credentials: { basic: { name: "user" } } },
      bearer: { url: backend.url, credentials: { bearer: { name: "token", key: "value" } } },
      header: { url: backend.url, credentials: { header: { name: "X-Api-Key", secret: { name: "key" } } } },
      none: { url: backend.url },
    };
    const gateway = await protectedGateway(
      scope,
      { paths: Object.fromEntries(Object.keys(endpoints).map((name) => [`/${name}`, sentTo(name)])) },
      [
        ...Object.entries(endpoints).map(([name, spec]) => targetEndpoint(name, spec)),
        secret("user", { username: "gateway", password: "s3 cret%REQ(x)%\n" }),
        secret("token", { value: "abc.def", other: "no" }),
        secret("key", { only: "plain%value" }),
      ],
    );
    const mine = { authorization: "Basic mine", "x-api-key": "mine" };
    const shown = async (path: string): Promise<readonly unknown[]> => {
      assert.equal((await gateway.get(path, mine)).status, 200);
      const headers = backend.received.at(-1)?.headers;
      return [headers?.authorization, headers?.["x-api-key"]];
    };
    const basic = `Basic ${Buffer.from("gateway:s3 cret%REQ(x)%").toString("base64")}`;
    assert.deepEqual(await shown("/basic"), [basic, "mine"]);
    assert.deepEqual(await shown("/bearer"), ["Bearer abc.def", "mine"]);
    assert.deepEqual(await shown("/header"), ["Basic mine", "plain%value"]);
    assert.deepEqual(await shown("/none"), ["Basic mine", "mine"]);
    const body = (await gateway.envoy.admin.get("/config_dump?include_eds"))?.body ?? "";
    assert.ok(body.length > 1000);
    for (const text of ["abc.def", "plain%value", basic.slice(6)])
      assert.ok(!body.includes(text), `${text} is in what Envoy shows of itself`);
  });

  it("takes effect without a restart when it is another one", async () => {
    const backend = await startBackend(scope);
    const gateway = await protectedGateway(scope, { paths: { "/pets": sentTo("pets") } }, [
      targetEndpoint("pets", { url: backend.url, credentials: { bearer: { name: "token" } } }),
      secret("token", { value: "first" }),
    ]);
    const seen = async (): Promise<unknown> => {
      assert.equal((await gateway.get("/pets")).status, 200);
      return backend.received.at(-1)?.headers.authorization;
    };
    assert.equal(await seen(), "Bearer first");
    const [file = ""] = [...readdirSync(join(gateway.envoy.folder, "mounted"))].filter((path) => path.endsWith(".credential.json"));
    const next = discoveryFile("envoy.extensions.transport_sockets.tls.v3.Secret", [
      { name: "credential", generic_secret: { secret: { inline_string: "Bearer second" } } },
    ]);
    writeFileSync(join(gateway.envoy.folder, "next"), next);
    renameSync(join(gateway.envoy.folder, "next"), join(gateway.envoy.folder, "mounted", file));
    await until("the other one is shown", async () => (await seen()) === "Bearer second");
  });

  it("that is missing, or can stand in no header, has nothing sent", async () => {
    const backend = await startBackend(scope);
    const bearer = (name: string): object => ({ url: backend.url, credentials: { bearer: { name } } });
    const paths = { "/missing": sentTo("missing"), "/broken": sentTo("broken") };
    const gateway = await protectedGateway(scope, { paths }, [
      targetEndpoint("missing", bearer("nobody")),
      targetEndpoint("broken", bearer("broken")),
      secret("broken", { value: "two\nlines" }),
    ]);
    for (const path of ["/missing", "/broken"]) assert.equal((await gateway.get(path)).status, 503, path);
    assert.deepEqual(backend.received, []);
  });
});
