import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { envoy } from "../../src/compile/envoy/engine.ts";
import { noValues } from "../../src/model/values.ts";
import { must, withEnvoy } from "../../testing/envoy.ts";
import { freePort } from "../../testing/free-port.ts";
import { resolveCase } from "../../testing/golden-case.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { startRawBackend, type Treat } from "../../testing/raw-backend.ts";
import { send } from "../../testing/raw-request.ts";

/** Certificates made for these tests alone: an authority's, one for localhost, one for other.test. Their keys protect nothing. */
const certificate = (name: string): string => fileURLToPath(new URL(`../fixtures/certificates/${name}`, import.meta.url));

/** A gateway before an HTTPS backend with a certificate, which trusts the authorities in a file. */
async function gateway(t: TestContext, shown: string, trustedRoots: string, hosts: readonly string[] = ["localhost"]): Promise<number> {
  const server = createServer(
    { cert: readFileSync(certificate(`${shown}.pem`)), key: readFileSync(certificate(`${shown}.key`)) },
    (request, response) => {
      response.end(`${request.headers.host} ${request.url}`);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const backendPort = typeof address === "object" ? address?.port : 0;
  return before(
    t,
    hosts.map((host) => `https://${host}:${backendPort}`),
    trustedRoots,
  );
}

/** A gateway before backends, which trusts the authorities in a file: its port. */
async function before(t: TestContext, urls: readonly string[], trustedRoots: string): Promise<number> {
  const input = `openapi: 3.1.0\ninfo: { title: Tls, version: 1.0.0 }\nx-portico: { backend: { urls: ${JSON.stringify(urls)} } }\npaths: { /pets: { get: {} } }\n`;
  const apis = must(resolveCase({ input, settings: { mock: false, credentials: "refuse", debug: false, trustedHops: 0, requests: [] } }));
  const [port, monitoring] = [await freePort(), await freePort()];
  const files = envoy.compile(
    apis.map(({ model }) => model),
    {
      listener: { host: "127.0.0.1", port, tls: undefined },
      monitoring: { host: "127.0.0.1", port: monitoring },
      trustedHops: 0,
      mockSocket: undefined,
      trustedRoots,
      values: noValues,
      debug: false,
    },
  );
  await withEnvoy(t, files);
  return port;
}

describe("a backend with HTTPS", () => {
  it("is asked when a trusted authority says that it has its name", async (t) => {
    const port = await gateway(t, "localhost", certificate("authority.pem"));
    const answer = await send(port, { send: "GET /pets" });
    assert.equal(answer.status, 200, answer.body);
    assert.match(answer.body, /^localhost:\d+ \/pets$/);
  });

  it("is not asked when nobody who is trusted knows it", async (t) => {
    const port = await gateway(t, "localhost", certificate("other.pem"));
    assertProblem(await send(port, { send: "GET /pets" }), "502 backend-unreachable");
  });

  it("of several hosts is asked where the certificate has the name that was meant, and only there", async (t) => {
    const port = await gateway(t, "localhost", certificate("authority.pem"), ["localhost", "127.0.0.1"]);
    const statuses = [await send(port, { send: "GET /pets" }), await send(port, { send: "GET /pets" })].map(({ status }) => status);
    assert.deepEqual(statuses.toSorted(), [200, 502]);
  });

  it("is not asked when its certificate is for another name", async (t) => {
    const port = await gateway(t, "other", certificate("authority.pem"));
    assertProblem(await send(port, { send: "GET /pets" }), "502 backend-unreachable");
  });

  for (const [title, treat] of [
    ["speaks no TLS at all", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["breaks the handshake off", (socket) => socket.resetAndDestroy()],
  ] as const satisfies readonly (readonly [string, Treat])[])
    it(`is not asked when it ${title}`, async (t) => {
      const raw = await startRawBackend(t, treat);
      const served = await before(t, [`https://localhost:${raw}`], certificate("authority.pem"));
      assertProblem(await send(served, { send: "GET /pets" }), "502 backend-unreachable");
    });
});
