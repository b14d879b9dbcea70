import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { it, type TestContext } from "node:test";
import { accessLine } from "../../testing/access-line.ts";
import { assertProblem } from "../../testing/problem-answer.ts";
import { guarded, keySecurity, protectedGateway } from "../security/protected-gateway.ts";

const fixture = (name: string): URL => new URL(`../fixtures/certificates/${name}`, import.meta.url);
const tls = { certificate: fixture("localhost.pem").pathname, key: fixture("localhost.key").pathname };

const serve = (t: TestContext, transports: readonly string[], more: object = {}) =>
  protectedGateway(
    t,
    {
      "x-portico": { transports },
      components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
      paths: { "/pets": guarded(), "/keyed": guarded({ key: [] }) },
    },
    keySecurity("key", { alice: "key-of-alice" }),
    more,
  );

it("an API of https alone refuses http, before it looks at a credential; who says of itself that it came by https is not believed", async (t) => {
  const gateway = await serve(t, ["https"]);
  for (const headers of [{}, { "x-forwarded-proto": "https" }, { "x-forwarded-scheme": "https", "x-scheme": "https" }]) {
    const id = assertProblem(await gateway.get("/pets", headers), "403 transport-refused");
    assert.equal((await accessLine({ stdout: gateway.envoy.accessLog }, id)).refusal, "transport");
  }
  assertProblem(await gateway.get("/keyed"), "403 transport-refused");
  assert.deepEqual(gateway.backend.received, []);
});

it("what a trusted proxy says is how clients came", async (t) => {
  const gateway = await serve(t, ["https"], { trustedHops: 1 });
  const status = async (proto: string) =>
    (await gateway.get("/pets", { "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": proto })).status;
  assert.deepEqual([await status("https"), await status("http")], [200, 403]);
});

it("TLS of the gateway's own is https, and refused by an API of http alone", async (t) => {
  for (const [transports, expected] of [
    [["https"], 200],
    [["http", "https"], 200],
    [["http"], 403],
  ] as const) {
    const { port } = await serve(t, transports, { tls });
    const options = {
      host: "127.0.0.1",
      port,
      path: "/pets",
      servername: "localhost",
      ca: readFileSync(fixture("authority.pem")),
      agent: false,
    };
    const status = await new Promise((resolve, reject) => {
      request(options, (answer) => void text(answer).then(() => resolve(answer.statusCode)))
        .once("error", reject)
        .end();
    });
    assert.equal(status, expected, transports.join());
  }
});
