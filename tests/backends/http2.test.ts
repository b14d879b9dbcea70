import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createSecureServer, createServer, type Http2SecureServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Scope, suiteScope } from "../../testing/scope.ts";
import { protectedGateway, secret } from "../security/protected-gateway.ts";
import { gatewayTo, sentTo, targetEndpoint } from "./served.ts";

const pem = (name: string): string => readFileSync(fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url)), "utf8");

/** A backend that speaks HTTP/2 alone, and says by which version and connection it was asked. */
async function http2Backend(scope: Scope, server: Http2Server | Http2SecureServer): Promise<number> {
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session).size);
  server.on("request", (request, response) => {
    const number = [...sessions].indexOf(request.stream.session ?? assert.fail());
    response.end(JSON.stringify([request.httpVersion, number]));
  });
  return listening(scope, server);
}

async function listening(scope: Scope, server: Http2Server | Http2SecureServer): Promise<number> {
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session).size);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.after(async () => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("a backend that speaks HTTP/2", () => {
  const scope = suiteScope();
  const asked = async (spec: object): Promise<readonly string[]> => {
    const gateway = await protectedGateway(scope, { paths: { "/pets": sentTo("pets") } }, [
      targetEndpoint("pets", spec),
      secret("authority", { "ca.crt": pem("authority.pem") }),
    ]);
    const found: string[] = [];
    for (let count = 0; count < 4; count++) {
      const { status, body } = await gateway.get("/pets");
      found.push(status === 200 ? body : String(status));
    }
    return found;
  };

  it("is asked so without TLS, and with it", async () => {
    const plain = await http2Backend(scope, createServer());
    assert.match((await asked({ url: `http://127.0.0.1:${plain}`, protocol: "h2c" })).join(), /^(\["2\.0",\d\],?){4}$/);
    const secure = await http2Backend(scope, createSecureServer({ cert: pem("localhost.pem"), key: pem("localhost.key") }));
    const tls = { trust: { secret: { name: "authority" } } };
    for (const protocol of ["http2", "grpc"])
      assert.match((await asked({ url: `https://localhost:${secure}`, protocol, tls })).join(), /^(\["2\.0",\d\],?){4}$/, protocol);
  });

  it("is not asked by HTTP/1.1, which it would not understand, unless nothing is said", async () => {
    const plain = await http2Backend(scope, createServer());
    assert.deepEqual(await asked({ url: `http://127.0.0.1:${plain}` }), ["502", "502", "502", "502"]);
  });

  it("gets so many requests over a connection as is said", async () => {
    const plain = await http2Backend(scope, createServer());
    const found = await asked({ url: `http://127.0.0.1:${plain}`, protocol: "h2c", connectionPool: { maxRequestsPerConnection: 1 } });
    assert.deepEqual(found, ['["2.0",0]', '["2.0",1]', '["2.0",2]', '["2.0",3]']);
  });

  it("has so many requests in a connection at once as is said", async () => {
    const server = createServer();
    const connections: unknown[] = [];
    const waiting: (() => void)[] = [];
    server.on("request", (request, response) => {
      connections.push(request.stream.session);
      waiting.push(() => response.end());
      if (waiting.length % 3 === 0) for (const answer of waiting.splice(0)) answer();
    });
    const url = `http://127.0.0.1:${await listening(scope, server)}`;
    const connectionPool = { maxStreamsPerConnection: 1 };
    const gateway = await gatewayTo(scope, {
      shared: { url, protocol: "h2c" },
      alone: { url, protocol: "h2c", connectionPool },
    });
    for (const [path, count] of [
      ["/shared", 1],
      ["/alone", 3],
    ] as const) {
      await Promise.all([1, 2, 3].map(() => gateway.get(path)));
      assert.equal(new Set(connections.splice(0)).size, count, path);
    }
  });
});
